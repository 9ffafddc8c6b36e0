using System.Text.Json;

namespace Sync.Capture;

/// <summary>A version of an entity's message that some process may still speak.</summary>
internal abstract class OlderContract<TEntity>(string name, IReadOnlySet<string> kept)
{
    public string Name { get; } = name;

    public IReadOnlySet<string> Kept { get; } = kept;

    public abstract void Accept(IContractVisitor visitor, EntityMap entity);

    public abstract void Write(Utf8JsonWriter writer, TEntity entity);

    public abstract TEntity Read(ReadOnlySpan<byte> payload);
}

internal sealed class OlderContract<TEntity, TOlder>(string name, IReadOnlySet<string> kept, Func<TEntity, TOlder> toMessage, Func<TOlder, TEntity> toEntity) : OlderContract<TEntity>(name, kept)
    where TOlder : class
{
    public override void Accept(IContractVisitor visitor, EntityMap entity) => visitor.Visit<TOlder>(entity, Name);

    public override void Write(Utf8JsonWriter writer, TEntity entity) => JsonSerializer.Serialize(writer, toMessage(entity), SyncJson.Options);

    public override TEntity Read(ReadOnlySpan<byte> payload) =>
        toEntity(JsonSerializer.Deserialize<TOlder>(payload, SyncJson.Options) ?? throw new JsonException($"The message {Name} is null."));
}
