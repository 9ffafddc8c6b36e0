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
    private readonly List<OlderContract<TEntity>> _older = [];
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
        _kept.Add(NameOf(property));
        return this;
    }

    /// <summary>
    /// An older version of the message, while some process still knows no newer one: it is read as the newest is, and sent to receivers that refuse the newer ones as
    /// unknown. Declare the newest of them first.
    /// </summary>
    /// <typeparam name="TOlder">The older message.</typeparam>
    /// <param name="name">Its registered name, with its version.</param>
    /// <param name="toMessage">Makes it from a row.</param>
    /// <param name="toEntity">Makes the row from it.</param>
    /// <param name="keep">The properties that it does not carry, besides those of <see cref="Keep{TProperty}"/>: applying an update leaves their columns as they are.</param>
    public EntityBuilder<TEntity, TChanged, TRemoved> Older<TOlder>(string name, Func<TEntity, TOlder> toMessage, Func<TOlder, TEntity> toEntity, params Expression<Func<TEntity, object?>>[] keep)
        where TOlder : class
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(toMessage);
        ArgumentNullException.ThrowIfNull(toEntity);
        ArgumentNullException.ThrowIfNull(keep);
        if (name == _changed || _older.Exists(older => older.Name == name)) throw new ArgumentException($"The message '{name}' of {typeof(TEntity).Name} is declared twice.", nameof(name));
        _older.Add(new OlderContract<TEntity, TOlder>(name, keep.Select(NameOf).Concat(_kept).ToHashSet(), toMessage, toEntity));
        return this;
    }

    private static string NameOf<TProperty>(Expression<Func<TEntity, TProperty>> property)
    {
        var body = property.Body is UnaryExpression { NodeType: ExpressionType.Convert } converted ? converted.Operand : property.Body;
        return body is MemberExpression { Member: PropertyInfo member } ? member.Name : throw new ArgumentException("This takes one property, such as x => x.LastSeen.", nameof(property));
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
        return _create!(new(_module, _name!, _order, _changed!, _removed!, _toChanged!, _toEntity!, _kept, _older));
    }
}
