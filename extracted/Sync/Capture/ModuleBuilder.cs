using Microsoft.EntityFrameworkCore;
using Sync.Capture;

namespace Sync;

/// <summary>Declares what of a module is kept in step: its context and its entities, parents first.</summary>
public sealed class ModuleBuilder
{
    private readonly string _name;
    private readonly List<EntityMap> _entities = [];
    private Type? _context;

    internal ModuleBuilder(string name) => _name = name;

    /// <summary>The context through which the module writes. Every save of it is checked for ownership, whether or not its entities are declared here.</summary>
    /// <typeparam name="TContext">The context's type, registered with the container.</typeparam>
    public ModuleBuilder Context<TContext>() where TContext : DbContext
    {
        _context = typeof(TContext);
        return this;
    }

    /// <summary>Declares an entity. Declare parents before their children: rows are copied and applied in this order, and removed in reverse.</summary>
    /// <typeparam name="TEntity">The entity.</typeparam>
    /// <typeparam name="TChanged">The message that carries the whole row after an insert or update.</typeparam>
    /// <typeparam name="TRemoved">The message that names a deleted row.</typeparam>
    /// <param name="configure">Maps the entity to its messages and back.</param>
    /// <exception cref="ArgumentException">The mapping is incomplete or the name is taken.</exception>
    public ModuleBuilder Entity<TEntity, TChanged, TRemoved>(Action<EntityBuilder<TEntity, TChanged, TRemoved>> configure)
        where TEntity : class
        where TChanged : class
        where TRemoved : class
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new EntityBuilder<TEntity, TChanged, TRemoved>(_name, _entities.Count);
        configure(builder);
        var entity = builder.Build();
        if (_entities.Exists(other => other.Name == entity.Name || other.EntityType == entity.EntityType))
            throw new ArgumentException($"The entity '{entity.Name}' of module '{_name}' is declared twice.");
        _entities.Add(entity);
        return this;
    }

    internal ModuleMap Build()
    {
        if (_context is null)
            throw new ArgumentException($"The module '{_name}' names no context: call Context<TContext>().");
        if (_entities.Count == 0)
            throw new ArgumentException($"The module '{_name}' declares no entity: call Entity<...>().");
        return new ModuleMap(_name, _context, _entities);
    }
}
