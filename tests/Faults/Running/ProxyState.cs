using Faults.History;
using Microsoft.Data.Sqlite;

namespace Faults.Running;

/// <summary>The proxies' state file, read from outside: what the journal says about switches.</summary>
internal sealed class ProxyState(string file)
{
    /// <summary>The unfinished switch: its number, phase and the token of its coordinator; null when there is none.</summary>
    public (long Id, string Phase, long Token)? Open() =>
        Read("SELECT id, phase, token FROM switch_journal WHERE outcome IS NULL", static r => (r.GetInt64(0), r.GetString(1), r.GetInt64(2))) is [var open, ..] ? open : null;

    public long LastSwitch() => Read("SELECT COALESCE(MAX(id), 0) FROM switch_journal", static r => r.GetInt64(0))[0];

    public string Owner() => Read("SELECT owner FROM module_state WHERE module = 'catalog'", static r => r.GetString(0))[0];

    public long Epoch() => Read("SELECT epoch FROM module_state WHERE module = 'catalog'", static r => r.GetInt64(0))[0];

    public override string ToString() =>
        string.Join("; ", Read("SELECT stage || ' ' || owner || ' ' || epoch || ' ' || switching FROM module_state", static r => r.GetString(0)).Append($"journal {Open()?.ToString() ?? "closed"}"));

    /// <summary>Every switch that got as far as a fence.</summary>
    public List<FencePoint> Fences() => Read(
        "SELECT from_side, to_side, old_epoch, new_epoch, position, COALESCE(outcome, 'open') FROM switch_journal WHERE keys <> '{}' ORDER BY id",
        static r => new FencePoint(Lower(r.GetString(0)), Lower(r.GetString(1)), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetString(5)));

    /// <summary>True when another process is in a write transaction and stays in it.</summary>
    public bool IsLocked()
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False;Default Timeout=1");
        connection.Open();
        using var command = connection.CreateCommand();
        try
        {
            command.CommandText = "PRAGMA busy_timeout = 1000; BEGIN IMMEDIATE; ROLLBACK";
            command.ExecuteNonQuery();
            return false;
        }
        catch (SqliteException)
        {
            return true;
        }
    }

    public IDisposable Lock()
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE";
        command.ExecuteNonQuery();
        return connection;
    }

    private List<T> Read<T>(string sql, Func<SqliteDataReader, T> row)
    {
        using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }

#pragma warning disable CA1308 // The sides call themselves in lower case.
    private static string Lower(string side) => side.ToLowerInvariant();
#pragma warning restore CA1308
}
