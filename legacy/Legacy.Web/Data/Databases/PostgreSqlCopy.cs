using Npgsql;

namespace Legacy.Web.Data.Databases;

/// <summary>Rows by COPY, which has the connection to itself until it is finished.</summary>
internal sealed class PostgreSqlCopy(NpgsqlConnection connection, string table, IReadOnlyList<string> columns) : BulkInsert
{
    private readonly NpgsqlBinaryImporter _import =
        connection.BeginBinaryImport($"COPY \"{table}\" ({string.Join(", ", columns.Select(column => $"\"{column}\""))}) FROM STDIN (FORMAT BINARY)");

    public override void Add(params ReadOnlySpan<object> values)
    {
        _import.StartRow();
        foreach (var value in values) _import.Write(value);
    }

    protected override void Finish()
    {
        _import.Complete();
        _import.Dispose();
        if (!columns.Contains("Id")) return;
        // Sequences do not follow keys that are given.
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The table's name comes from the seed's own code.
        command.CommandText = $"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'Id'), (SELECT MAX(\"Id\") FROM \"{table}\"))";
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
