using System.Data.Common;
using Sync.Capture;
using Sync.Databases;

namespace Sync.Inbox;

/// <summary>One transaction in which messages are applied: version first, then the row.</summary>
internal sealed class ApplyTransaction(SyncDatabase database, ModuleRegistry registry, DbConnection connection, DbTransaction transaction, string module, long now, bool ignoreVersions) : IDisposable
{
    private readonly Dictionary<(EntityMap, string), RowWriter> _writers = [];
    private readonly DbCommand _raise = connection.Command(transaction, database.Sql.RaiseVersion,
        ("@module", module), ("@entity", null), ("@key", null), ("@epoch", null), ("@position", null), ("@removed", null));

    public SyncOutcome Apply(DecodedMessage decoded)
    {
        var outcome = Raise(decoded);
        if (outcome == SyncOutcome.Applied) Write(decoded);
        return outcome;
    }

    /// <summary>Records the message's version unless a newer one is there. From here on, nobody else applies this key before the transaction has ended.</summary>
    public SyncOutcome Raise(DecodedMessage decoded)
    {
        var message = decoded.Message;
        _raise.Parameters[1].Value = message.Entity;
        _raise.Parameters[2].Value = message.Key;
        _raise.Parameters[3].Value = message.Epoch;
        _raise.Parameters[4].Value = message.Position;
        _raise.Parameters[5].Value = decoded.Row is null ? now : DBNull.Value;
        return _raise.ExecuteNonQuery() > 0 || ignoreVersions ? SyncOutcome.Applied : Compare(message);
    }

    public void Write(DecodedMessage decoded)
    {
        var writer = WriterOf(decoded.Map!, decoded.Row is null ? decoded.Map!.Changed : decoded.Message.Type);
        if (decoded.Row is { } row) writer.Upsert(row);
        else writer.Delete(decoded.Map!.ParseKey(decoded.Message.Key));
    }

    /// <summary>Takes from the row of the message's key the values that other rows may want, in favour of some that nobody has. It is to be written again soon.</summary>
    public void Vacate(DecodedMessage decoded)
    {
        if (registry.TableOf(decoded.Map!).Unique.Count > 0) WriterOf(decoded.Map!, decoded.Map!.Changed).Vacate(decoded.Map!.ParseKey(decoded.Message.Key));
    }

    public void Dispose()
    {
        _raise.Dispose();
        foreach (var writer in _writers.Values) writer.Dispose();
    }

    private SyncOutcome Compare(SyncMessage message)
    {
        using var command = connection.Command(transaction, database.Sql.ReadVersion, ("@module", module), ("@entity", message.Entity), ("@key", message.Key));
        using var reader = command.ExecuteReader();
        return reader.Read() && reader.GetInt64(0) == message.Epoch && reader.GetInt64(1) == message.Position ? SyncOutcome.Duplicate : SyncOutcome.Stale;
    }

    private RowWriter WriterOf(EntityMap map, string type)
    {
        if (_writers.TryGetValue((map, type), out var writer)) return writer;
        return _writers[(map, type)] = new RowWriter(database.Dialect, connection, transaction, registry.TableOf(map, type));
    }
}
