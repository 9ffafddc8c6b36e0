using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Sync.Capture;

/// <summary>Where an entity's values lie: its table, its key column and, for each column, how to read the value from a row object in the database's own form.</summary>
internal sealed class TableMap
{
    private TableMap(string table, string? schema, Column key, bool keyIsGenerated, Func<object, object?> keyToDatabase, IReadOnlyList<Column> columns)
    {
        (Table, Schema, KeyColumn, KeyIsGenerated, KeyToDatabase, Columns) = (table, schema, key.Name, keyIsGenerated, keyToDatabase, columns);
        Key = key;
        Updated = columns.Where(column => column != key && !column.Kept).ToArray();
    }

    public string Table { get; }

    public string? Schema { get; }

    public Column Key { get; }

    /// <summary>What an update writes: neither the key nor what no message carries.</summary>
    public IReadOnlyList<Column> Updated { get; }

    /// <summary>One column of each unique index, none of them a reference to another row: what a row holds that another may want.</summary>
    public IReadOnlyList<Column> Unique { get; private init; } = [];

    /// <summary>The columns by which a row refers to another of its own table.</summary>
    public IReadOnlyList<Column> OwnParents { get; private init; } = [];

    public string KeyColumn { get; }

    public bool KeyIsGenerated { get; }

    /// <summary>On SQL Server: whether the key is an identity column, and not filled from a sequence.</summary>
    public bool HasIdentity { get; private init; }

    public Func<object, object?> KeyToDatabase { get; }

    public IReadOnlyList<Column> Columns { get; }

    /// <exception cref="InvalidOperationException">The entity is mapped in a way that sync does not apply.</exception>
    public static TableMap Create(EntityMap entity, IModel model)
    {
        var type = model.FindEntityType(entity.EntityType)
            ?? throw new InvalidOperationException($"Module '{entity.Module}' declares {entity.EntityType.Name}, which its context does not map.");
        if (type.GetDirectlyDerivedTypes().Any() || type.BaseType is not null)
            throw new InvalidOperationException($"{entity.EntityType.Name} is part of an inheritance hierarchy, which sync does not apply. Declare a type without derived types.");
        var keys = type.FindPrimaryKey()!.Properties;
        if (keys.Count != 1 || keys[0].PropertyInfo?.Name != entity.KeyProperty.Name)
            throw new InvalidOperationException($"The key declared for {entity.EntityType.Name} is not its primary key ({string.Join(", ", keys.Select(key => key.Name))}).");
        var table = type.GetTableName()
            ?? throw new InvalidOperationException($"{entity.EntityType.Name} is mapped to no table.");
        var store = StoreObjectIdentifier.Table(table, type.GetSchema());
        var columns = new List<Column>();
        Collect(type, row => row, store, entity, columns);
        var key = columns.Find(column => column.Property == keys[0])!;
        var unique = type.GetIndexes().Where(index => index.IsUnique)
            .Select(index => index.Properties.Select(property => columns.Find(column => column.Property == property)).FirstOrDefault(column => column is { Kept: false } && !column.Property.IsForeignKey() && column != key))
            .OfType<Column>().Distinct().ToArray();
        var parents = type.GetForeignKeys().Where(reference => reference.PrincipalEntityType == type && reference.Properties.Count == 1)
            .Select(reference => columns.Find(column => column.Property == reference.Properties[0])).OfType<Column>().ToArray();
        return new TableMap(table, type.GetSchema(), key, keys[0].ValueGenerated == ValueGenerated.OnAdd, ToDatabase(keys[0]), columns) 
        {
            Unique = unique,
            OwnParents = parents,
            HasIdentity = keys[0].ValueGenerated == ValueGenerated.OnAdd && entity.HasNumericKey && keys[0].FindAnnotation("SqlServer:ValueGenerationStrategy")?.Value?.ToString() is null or "IdentityColumn",
        };
    }

    private static void Collect(ITypeBase type, Func<object, object?> owner, StoreObjectIdentifier store, EntityMap entity, List<Column> columns)
    {
        foreach (var property in type.GetProperties())
        {
            // What has no CLR member, or is made by the database, no message can carry.
            if (property.IsShadowProperty() || property.GetColumnName(store) is not { } name || property.GetComputedColumnSql() is not null || property.ValueGenerated == ValueGenerated.OnAddOrUpdate)
                continue;
            var getter = property.GetGetter();
            var convert = ToDatabase(property);
            columns.Add(new Column(name, property, entity.Kept.Contains(property.Name), row => owner(row) is { } holder && getter.GetClrValue(holder) is { } value ? convert(value) : null));
        }

        foreach (var complex in type.GetComplexProperties())
        {
            if (complex.IsCollection) throw Unsupported(entity, complex.Name);
            var getter = complex.GetGetter();
            Collect(complex.ComplexType, row => owner(row) is { } holder ? getter.GetClrValue(holder) : null, store, entity, columns);
        }

        if (type is not IEntityType rowType) return;
        foreach (var navigation in rowType.GetNavigations())
        {
            if (!navigation.TargetEntityType.IsOwned() || navigation.IsOnDependent) continue;
            if (navigation.IsCollection || navigation.TargetEntityType.IsMappedToJson() || navigation.TargetEntityType.GetTableName() != store.Name) throw Unsupported(entity, navigation.Name);
            var getter = navigation.GetGetter();
            Collect(navigation.TargetEntityType, row => owner(row) is { } holder ? getter.GetClrValue(holder) : null, store, entity, columns);
        }
    }

    private static Func<object, object?> ToDatabase(IProperty property)
    {
        var converter = property.GetTypeMapping().Converter;
        return converter is null ? Plain : value => converter.ConvertToProvider(value);

        static object? Plain(object value) => value is Enum ? Convert.ChangeType(value, Enum.GetUnderlyingType(value.GetType()), System.Globalization.CultureInfo.InvariantCulture) : value;
    }

    private static InvalidOperationException Unsupported(EntityMap entity, string member) =>
        new($"{entity.EntityType.Name}.{member} lies outside the row's own columns (a collection, JSON or a further table), which sync does not apply. Declare it as an entity of its own.");

    internal sealed record Column(string Name, IProperty Property, bool Kept, Func<object, object?> Read)
    {
        /// <summary>Adds a parameter of the column's own type: a value alone does not always tell it, and a missing one never.</summary>
        public DbParameter AddParameter(DbCommand command, string name)
        {
            var parameter = Property.GetRelationalTypeMapping().CreateParameter(command, name, null, nullable: true);
            // A value too long for the column is to be refused by the database, not cut off by its client.
            if (parameter.Size > 0) parameter.Size = parameter is SqlParameter ? -1 : 0;
            command.Parameters.Add(parameter);
            return parameter;
        }
    }
}
