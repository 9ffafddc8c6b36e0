using System.Linq.Expressions;
using System.Reflection;
using Sync.Capture;

namespace Sync;

/// <summary>Maps one entity to its messages and back.</summary>
/// <typeparam name="TEntity">The entity.</typeparam>
/// <typeparam name="TChanged">The message that carries the whole row.</typeparam>
/// <typeparam name="TRemoved">The message that names a deleted row.</typeparam>
public sealed class EntityBuilder<TEntity, TChanged, TRemoved>
    where TEntity : class
    where TChanged : class
    where TRemoved : class
{
    private readonly string _module;
    private readonly int _order;
    private readonly HashSet<string> _kept = [];
    private string? _name;
    private string? _changed;
    private string? _removed;
    private Func<EntityMapping<TEntity, TChanged, TRemoved>, EntityMap>? _create;
    private Func<TEntity, TChanged>? _toChanged;
    private Func<TChanged, TEntity>? _toEntity;

    internal EntityBuilder(string module, int order) => (_module, _order) = (module, order);

    /// <summary>The entity's name in messages, the protocol and the operator's reports.</summary>
    public EntityBuilder<TEntity, TChanged, TRemoved> Named(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _name = name;
        return this;
    }

    /// <summary>The registered names of the two messages, with their version: <c>catalog.product-changed/1</c>.</summary>
    public EntityBuilder<TEntity, TChanged, TRemoved> Messages(string changed, string removed)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(changed);
        ArgumentException.ThrowIfNullOrWhiteSpace(removed);
        (_changed, _removed) = (changed, removed);
        return this;
    }

    /// <summary>The primary key: one property of type int, long, string or Guid.</summary>
    /// <exception cref="ArgumentException">The expression is no property, or its type is none of these.</exception>
    public KeyedEntityBuilder<TEntity, TChanged, TRemoved, TKey> Key<TKey>(Expression<Func<TEntity, TKey>> key)
        where TKey : notnull, IComparable<TKey>
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Body is not MemberExpression { Member: PropertyInfo property })
            throw new ArgumentException($"The key of {typeof(TEntity).Name} must be one property, such as x => x.Id.", nameof(key));
        if (!KeyFormat<TKey>.IsSupported)
            throw new ArgumentException($"The key of {typeof(TEntity).Name} is a {typeof(TKey).Name}; int, long, string and Guid are supported.", nameof(key));
        return new KeyedEntityBuilder<TEntity, TChanged, TRemoved, TKey>(this, key, property);
    }

    /// <summary>Makes the message from a row. It may read the row's own mapped values only, never a navigation to another entity.</summary>
    public EntityBuilder<TEntity, TChanged, TRemoved> ToChanged(Func<TEntity, TChanged> map)
    {
        _toChanged = map;
        return this;
    }

    /// <summary>Makes the row from a message, its key included.</summary>
    public EntityBuilder<TEntity, TChanged, TRemoved> ToEntity(Func<TChanged, TEntity> map)
    {
        _toEntity = map;
        return this;
    }

    /// <summary>Names a property that the message does not carry: applying an update leaves its column as it is.</summary>
    public EntityBuilder<TEntity, TChanged, TRemoved> Keep<TProperty>(Expression<Func<TEntity, TProperty>> property)
    {
        ArgumentNullException.ThrowIfNull(property);
        if (property.Body is not MemberExpression { Member: PropertyInfo kept })
            throw new ArgumentException("Keep takes one property, such as x => x.LastSeen.", nameof(property));
        _kept.Add(kept.Name);
        return this;
    }

    internal void UseKey(Func<EntityMapping<TEntity, TChanged, TRemoved>, EntityMap> create) => _create = create;

    internal EntityMap Build()
    {
        var missing = new List<string>();
        if (_name is null) missing.Add("Named");
        if (_changed is null) missing.Add("Messages");
        if (_create is null) missing.Add("Key(...).ToRemoved");
        if (_toChanged is null) missing.Add("ToChanged");
        if (_toEntity is null) missing.Add("ToEntity");
        if (missing.Count > 0)
            throw new ArgumentException($"The entity {typeof(TEntity).Name} of module '{_module}' lacks {string.Join(", ", missing)}.");
        return _create!(new(_module, _name!, _order, _changed!, _removed!, _toChanged!, _toEntity!, _kept));
    }
}
