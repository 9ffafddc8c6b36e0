using System.Data.Common;
using System.Globalization;
using Sync.Capture;
using Sync.Databases;

namespace Sync.Inbox;

/// <summary>Names the rows in a range that a complete batch lacks: the owner has not got them, or has made or removed them since.</summary>
internal static class ExtraRows
{
    public static async Task<IReadOnlyList<string>> FindAsync(
        SyncDatabase database, ModuleRegistry registry, ModuleMap module, SyncRange range, IReadOnlyList<SyncMessage> messages, CancellationToken cancellationToken)
    {
        if (module.Find(range.Entity) is not { } map) return [];
        var table = registry.TableOf(map);
        var key = database.Dialect.Quote(table.KeyColumn);
        var where = new List<string>();
        if (range.After is not null) where.Add($"{key} > @after");
        if (range.Through is not null) where.Add($"{key} <= @through");
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command(null, $"SELECT {key} FROM {database.Dialect.Name(table)}{(where.Count > 0 ? " WHERE " + string.Join(" AND ", where) : "")}");
        AddKey(command, "@after", range.After, map, table);
        AddKey(command, "@through", range.Through, map, table);
        var sent = messages.Select(message => message.Key).ToHashSet(StringComparer.Ordinal);
        var extra = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var found = Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!;
            if (map.KeyProperty.PropertyType == typeof(Guid)) found = Guid.Parse(found).ToString();
            if (!sent.Contains(found)) extra.Add(found);
        }

        return extra;
    }

    private static void AddKey(DbCommand command, string name, string? key, EntityMap map, TableMap table)
    {
        if (key is null) return;
        table.Key.AddParameter(command, name).Value = table.KeyToDatabase(map.ParseKey(key));
    }
}
