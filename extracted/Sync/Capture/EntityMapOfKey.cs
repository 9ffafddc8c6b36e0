using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Sync.Capture;

/// <summary>A declared entity with its types.</summary>
internal sealed class EntityMap<TEntity, TChanged, TRemoved, TKey>(
    EntityMapping<TEntity, TChanged, TRemoved> mapping,
    Expression<Func<TEntity, TKey>> key,
    PropertyInfo keyProperty,
    Func<TKey, TRemoved> toRemoved) : EntityMap
    where TEntity : class
    where TChanged : class
    where TRemoved : class
    where TKey : notnull, IComparable<TKey>
{
    /// <summary>All rows of the table: a filter of the host's (soft deletion, tenants) hides rows that are there all the same.</summary>
    private static readonly Expression<Func<DbContext, IQueryable<TEntity>>> _allRows = context => context.Set<TEntity>().AsNoTracking().IgnoreQueryFilters();
    private static readonly Func<DbContext, IQueryable<TEntity>> _rows = _allRows.Compile();
    private readonly Func<TEntity, TKey> _keyOf = key.Compile();
    private readonly ConditionalWeakTable<IModel, Func<DbContext, TKey[], IAsyncEnumerable<TEntity>>> _byKeys = [];

    public override string Module => mapping.Module;

    public override string Name => mapping.Name;

    public override int Order => mapping.Order;

    public override Type EntityType => typeof(TEntity);

    public override string Changed => mapping.Changed;

    public override string Removed => mapping.Removed;

    public override IReadOnlyList<string> ChangedTypes { get; } = [mapping.Changed, .. mapping.Older.Select(older => older.Name)];

    public override IReadOnlySet<string> Kept => mapping.Kept;

    public override IReadOnlySet<string> KeptBy(string type) => Older(type)?.Kept ?? mapping.Kept;

    public override PropertyInfo KeyProperty => keyProperty;

    public override bool HasNumericKey => KeyFormat<TKey>.IsNumber;

    public override void Accept(IContractVisitor visitor)
    {
        visitor.Visit<TChanged>(this, Changed);
        visitor.Visit<TRemoved>(this, Removed);
        foreach (var older in mapping.Older) older.Accept(visitor, this);
    }

    public override string KeyOf(object entity) => KeyFormat<TKey>.Format(_keyOf((TEntity)entity));

    public override object ParseKey(string key) => KeyFormat<TKey>.Parse(key);

    public override byte[] WriteChanged(object entity) =>
        JsonSerializer.SerializeToUtf8Bytes(mapping.ToChanged((TEntity)entity), SyncJson.Options);

    public override void WriteChanged(Utf8JsonWriter writer, object entity, string type)
    {
        if (Older(type) is { } older) older.Write(writer, (TEntity)entity);
        else JsonSerializer.Serialize(writer, mapping.ToChanged((TEntity)entity), SyncJson.Options);
    }

    public override byte[] WriteRemoved(string key) =>
        JsonSerializer.SerializeToUtf8Bytes(toRemoved(KeyFormat<TKey>.Parse(key)), SyncJson.Options);

    public override object ReadChanged(string type, ReadOnlySpan<byte> payload) => Older(type) is { } older
        ? older.Read(payload)
        : mapping.ToEntity(JsonSerializer.Deserialize<TChanged>(payload, SyncJson.Options)
            ?? throw new JsonException($"The message {mapping.Changed} is null."));

    public override IAsyncEnumerable<object> ReadRows(DbContext context, string? after, string? through, int? take)
    {
        var rows = _rows(context);
        if (after is not null) rows = rows.Where(Compare(ExpressionType.GreaterThan, KeyFormat<TKey>.Parse(after)));
        if (through is not null) rows = rows.Where(Compare(ExpressionType.LessThanOrEqual, KeyFormat<TKey>.Parse(through)));
        rows = rows.OrderBy(key);
        return (take is { } most ? rows.Take(most) : rows).AsAsyncEnumerable();
    }

    public override IAsyncEnumerable<object> ReadRows(DbContext context, IReadOnlyCollection<string> keys)
    {
        // Each save of rows asks this. A compiled query belongs to a model, and a process may have several.
        return _byKeys.GetValue(context.Model, _ => ByKeys())(context, [.. keys.Select(KeyFormat<TKey>.Parse)]);
    }

    private Func<DbContext, TKey[], IAsyncEnumerable<TEntity>> ByKeys()
    {
        var keys = Expression.Parameter(typeof(TKey[]), "keys");
        var wanted = Expression.Lambda<Func<TEntity, bool>>(Expression.Call(typeof(Enumerable), nameof(Enumerable.Contains), [typeof(TKey)], keys, key.Body), key.Parameters);
        var query = Expression.Call(typeof(Queryable), nameof(Queryable.Where), [typeof(TEntity)], _allRows.Body, Expression.Quote(wanted));
        return EF.CompileAsyncQuery(Expression.Lambda<Func<DbContext, TKey[], IQueryable<TEntity>>>(query, _allRows.Parameters[0], keys));
    }

    public override Task<long> CountAsync(DbContext context, CancellationToken cancellationToken) =>
        _rows(context).LongCountAsync(cancellationToken);

    private OlderContract<TEntity>? Older(string type) => mapping.Older.FirstOrDefault(older => older.Name == type);

    /// <summary>A comparison whose value is a parameter of the query, so that EF Core compiles it once.</summary>
    private Expression<Func<TEntity, bool>> Compare(ExpressionType kind, TKey value)
    {
        var parameter = Expression.Property(Expression.Constant(new Captured(value)), nameof(Captured.Value));
        var comparison = KeyFormat<TKey>.IsNumber
            ? Expression.MakeBinary(kind, key.Body, parameter)
            : Expression.MakeBinary(kind, Expression.Call(key.Body, nameof(IComparable.CompareTo), null, parameter), Expression.Constant(0));
        return Expression.Lambda<Func<TEntity, bool>>(comparison, key.Parameters);
    }

    private sealed record Captured(TKey Value);
}
