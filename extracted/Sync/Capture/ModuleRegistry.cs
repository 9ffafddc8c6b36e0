using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Sync.Capture;

/// <summary>The declared modules, and what their contexts' models say of their tables.</summary>
internal sealed class ModuleRegistry
{
    private readonly IServiceScopeFactory _scopes;
    private readonly Dictionary<string, ModuleMap> _byName;
    private readonly Lazy<IReadOnlyDictionary<(EntityMap, string), TableMap>> _tables;
    private readonly Lazy<IReadOnlyList<(ModuleMap Module, IReadOnlyList<string> Tables)>> _moduleTables;

    public ModuleRegistry(IReadOnlyList<ModuleMap> modules, IServiceScopeFactory scopes)
    {
        _scopes = scopes;
        Modules = modules;
        _byName = modules.ToDictionary(module => module.Name, StringComparer.Ordinal);
        _tables = new(() => ReadModels().Tables);
        _moduleTables = new(() => ReadModels().ModuleTables);
    }

    public IReadOnlyList<ModuleMap> Modules { get; }

    /// <summary>Every table of each module: those of its declared entities, and all of its context's when the context is the module's alone.</summary>
    public IReadOnlyList<(ModuleMap Module, IReadOnlyList<string> Tables)> ModuleTables => _moduleTables.Value;

    public ModuleMap? Find(string name) => _byName.GetValueOrDefault(name);

    public TableMap TableOf(EntityMap entity) => TableOf(entity, entity.Changed);

    /// <summary>The table as a version of the message fills it.</summary>
    public TableMap TableOf(EntityMap entity, string type) => _tables.Value[(entity, type)];

    /// <summary>The modules that write through this context.</summary>
    public List<ModuleMap> Of(DbContext context)
    {
        var found = new List<ModuleMap>(1);
        foreach (var module in Modules)
        {
            if (module.ContextType.IsInstanceOfType(context)) found.Add(module);
        }

        return found;
    }

    private (Dictionary<(EntityMap, string), TableMap> Tables, List<(ModuleMap, IReadOnlyList<string>)> ModuleTables) ReadModels()
    {
        using var scope = _scopes.CreateScope();
        var tables = new Dictionary<(EntityMap, string), TableMap>();
        var moduleTables = new List<(ModuleMap, IReadOnlyList<string>)>();
        foreach (var module in Modules)
        {
            var model = ((DbContext)scope.ServiceProvider.GetRequiredService(module.ContextType)).Model;
            foreach (var entity in module.Entities)
            {
                foreach (var type in entity.ChangedTypes) tables.Add((entity, type), TableMap.Create(entity, model, entity.KeptBy(type)));
            }

            var shared = Modules.Any(other => other != module && other.ContextType == module.ContextType);
            var names = shared
                ? module.Entities.Select(entity => tables[(entity, entity.Changed)].Table)
                : model.GetEntityTypes().Select(type => type.GetTableName()).OfType<string>();
            moduleTables.Add((module, names.Distinct(StringComparer.Ordinal).ToArray()));
        }

        return (tables, moduleTables);
    }
}
