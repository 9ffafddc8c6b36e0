namespace Sync.Capture;

/// <summary>What the builder gathered of an entity, apart from its key.</summary>
internal sealed record EntityMapping<TEntity, TChanged, TRemoved>(
    string Module,
    string Name,
    int Order,
    string Changed,
    string Removed,
    Func<TEntity, TChanged> ToChanged,
    Func<TChanged, TEntity> ToEntity,
    IReadOnlySet<string> Kept,
    IReadOnlyList<OlderContract<TEntity>> Older);
