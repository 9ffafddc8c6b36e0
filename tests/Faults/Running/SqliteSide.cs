using Faults.History;
using Microsoft.Data.Sqlite;

namespace Faults.Running;

/// <summary>A side's SQLite file.</summary>
internal sealed class SqliteSide(string side, string file, string table, SmallDisk? disk) : ISideDatabase
{
    private readonly SqliteConnection _watch = new($"Data Source={file};Mode=ReadOnly;Pooling=False");

    public IReadOnlyList<Row> Products()
    {
        using var connection = Open("ReadOnly");
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The table's name is one of two constants.
        command.CommandText = $"SELECT Id, Sku, Name, Price, Version FROM {table} ORDER BY Id";
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<Row>();
        while (reader.Read()) rows.Add(new Row(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.GetInt32(4)));
        return rows;
    }

    public OwnershipRow? Ownership()
    {
        try
        {
            lock (_watch)
            {
                if (_watch.State != System.Data.ConnectionState.Open) _watch.Open();
                using var command = _watch.CreateCommand();
                command.CommandText = "SELECT state, epoch FROM sync_ownership WHERE module = 'catalog'";
                command.CommandTimeout = 1;
                using var reader = command.ExecuteReader();
                return reader.Read() ? new OwnershipRow(side, reader.GetString(0), reader.GetInt64(1)) : null;
            }
        }
        catch (SqliteException)
        {
            // Locked, or the disk is full: another look follows.
            return null;
        }
    }

    public (long Waiting, long Parked) Backlog()
    {
        using var connection = Open("ReadOnly");
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*), COALESCE(SUM(state), 0) FROM sync_delivery";
        using var reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    public IDisposable Lock()
    {
        var connection = Open("ReadWrite");
        Run(connection, "PRAGMA busy_timeout = 10000");
        Run(connection, "BEGIN IMMEDIATE");
        return connection;
    }

    public IDisposable? Fill() => disk?.Fill();

    public void Dispose() => _watch.Dispose();

    private SqliteConnection Open(string mode)
    {
        var connection = new SqliteConnection($"Data Source={file};Mode={mode};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
