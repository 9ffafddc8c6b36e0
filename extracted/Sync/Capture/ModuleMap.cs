namespace Sync.Capture;

/// <summary>A declared module.</summary>
internal sealed class ModuleMap(string name, Type contextType, IReadOnlyList<EntityMap> entities)
{
    private readonly Dictionary<string, EntityMap> _byName = entities.ToDictionary(entity => entity.Name, StringComparer.Ordinal);
    private readonly Dictionary<Type, EntityMap> _byType = entities.ToDictionary(entity => entity.EntityType);

    public string Name { get; } = name;

    public Type ContextType { get; } = contextType;

    /// <summary>Parents first.</summary>
    public IReadOnlyList<EntityMap> Entities { get; } = entities;

    public EntityMap? Find(string entity) => _byName.GetValueOrDefault(entity);

    public EntityMap? Find(Type type) => _byType.GetValueOrDefault(type);
}
