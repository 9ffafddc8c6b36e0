using System.Linq.Expressions;
using System.Reflection;
using Sync.Capture;

namespace Sync;

/// <summary>Goes on mapping an entity whose key is known.</summary>
/// <typeparam name="TEntity">The entity.</typeparam>
/// <typeparam name="TChanged">The message that carries the whole row.</typeparam>
/// <typeparam name="TRemoved">The message that names a deleted row.</typeparam>
/// <typeparam name="TKey">The type of the key.</typeparam>
public sealed class KeyedEntityBuilder<TEntity, TChanged, TRemoved, TKey>
    where TEntity : class
    where TChanged : class
    where TRemoved : class
    where TKey : notnull, IComparable<TKey>
{
    private readonly EntityBuilder<TEntity, TChanged, TRemoved> _entity;
    private readonly Expression<Func<TEntity, TKey>> _key;
    private readonly PropertyInfo _property;

    internal KeyedEntityBuilder(EntityBuilder<TEntity, TChanged, TRemoved> entity, Expression<Func<TEntity, TKey>> key, PropertyInfo property) =>
        (_entity, _key, _property) = (entity, key, property);

    /// <inheritdoc cref="EntityBuilder{TEntity,TChanged,TRemoved}.ToChanged"/>
    public KeyedEntityBuilder<TEntity, TChanged, TRemoved, TKey> ToChanged(Func<TEntity, TChanged> map)
    {
        _entity.ToChanged(map);
        return this;
    }

    /// <summary>Makes the message that names a deleted row from its key.</summary>
    public KeyedEntityBuilder<TEntity, TChanged, TRemoved, TKey> ToRemoved(Func<TKey, TRemoved> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        _entity.UseKey(mapping => new EntityMap<TEntity, TChanged, TRemoved, TKey>(mapping, _key, _property, map));
        return this;
    }

    /// <inheritdoc cref="EntityBuilder{TEntity,TChanged,TRemoved}.ToEntity"/>
    public KeyedEntityBuilder<TEntity, TChanged, TRemoved, TKey> ToEntity(Func<TChanged, TEntity> map)
    {
        _entity.ToEntity(map);
        return this;
    }

    /// <inheritdoc cref="EntityBuilder{TEntity,TChanged,TRemoved}.Older{TOlder}"/>
    public KeyedEntityBuilder<TEntity, TChanged, TRemoved, TKey> Older<TOlder>(string name, Func<TEntity, TOlder> toMessage, Func<TOlder, TEntity> toEntity, params Expression<Func<TEntity, object?>>[] keep)
        where TOlder : class
    {
        _entity.Older(name, toMessage, toEntity, keep);
        return this;
    }

    /// <inheritdoc cref="EntityBuilder{TEntity,TChanged,TRemoved}.Keep{TProperty}"/>
    public KeyedEntityBuilder<TEntity, TChanged, TRemoved, TKey> Keep<TProperty>(Expression<Func<TEntity, TProperty>> property)
    {
        _entity.Keep(property);
        return this;
    }
}
