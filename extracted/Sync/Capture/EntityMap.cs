using System.Buffers;
using System.Reflection;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Sync.Capture;

/// <summary>A declared entity, seen without its types.</summary>
internal abstract class EntityMap
{
    public abstract string Module { get; }

    public abstract string Name { get; }

    /// <summary>The place in the declaration: parents come before their children.</summary>
    public abstract int Order { get; }

    public abstract Type EntityType { get; }

    public abstract string Changed { get; }

    public abstract string Removed { get; }

    /// <summary>The names of every version of the message after a change that is known here, the newest first.</summary>
    public abstract IReadOnlyList<string> ChangedTypes { get; }

    public abstract IReadOnlySet<string> Kept { get; }

    /// <summary>What a version of the message does not carry.</summary>
    public abstract IReadOnlySet<string> KeptBy(string type);

    public abstract PropertyInfo KeyProperty { get; }

    public abstract bool HasNumericKey { get; }

    /// <summary>Shows the visitor the message after a change in all its versions, and the one after a removal.</summary>
    public abstract void Accept(IContractVisitor visitor);

    public abstract string KeyOf(object entity);

    public abstract object ParseKey(string key);

    /// <summary>The message after an insert or update, as it goes over the wire.</summary>
    public abstract byte[] WriteChanged(object entity);

    public abstract void WriteChanged(Utf8JsonWriter writer, object entity, string type);

    public byte[] WriteChanged(object entity, string type)
    {
        if (type == Changed) return WriteChanged(entity);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = SyncJson.Options.Encoder })) WriteChanged(writer, entity, type);
        return buffer.WrittenSpan.ToArray();
    }

    public abstract byte[] WriteRemoved(string key);

    /// <summary>The row that a message describes.</summary>
    public abstract object ReadChanged(string type, ReadOnlySpan<byte> payload);

    /// <summary>The rows with a key above <paramref name="after"/> up to <paramref name="through"/>, in key order, without tracking.</summary>
    public abstract IAsyncEnumerable<object> ReadRows(DbContext context, string? after, string? through, int? take);

    /// <summary>The rows with these keys, without tracking.</summary>
    public abstract IAsyncEnumerable<object> ReadRows(DbContext context, IReadOnlyCollection<string> keys);

    public abstract Task<long> CountAsync(DbContext context, CancellationToken cancellationToken);
}
