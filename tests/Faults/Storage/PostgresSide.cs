using System.Data.Common;
using System.Diagnostics;
using Npgsql;

namespace Faults.Storage;

/// <summary>A side's database on the private PostgreSQL.</summary>
internal sealed class PostgresSide(string side, string connectionString) : SideDatabase(side)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    public override IDisposable Lock() => Lock(connectionString, [Table, "sync_ownership", "sync_outbox", "sync_delivery", "sync_version"]);

    public override IDisposable? Fill() => null;

    public override bool Disconnect() => Disconnect(connectionString);

    /// <summary>
    /// Keeps those out who write to any of the tables, until disposed. Who has received from one queue may be about to send to the other over a second connection, where
    /// the server sees no deadlock: so what is held so far is let go soon, and all of it is tried again.
    /// </summary>
    public static IDisposable Lock(string connectionString, IReadOnlyList<string> tables)
    {
        var since = Stopwatch.StartNew();
        while (since.Elapsed < LongestWait)
        {
            if (TryLock(connectionString, tables) is { } held) return held;
        }

        throw new TimeoutException($"{string.Join(", ", tables)} could not be locked within {LongestWait.TotalSeconds:0} s.");
    }

    /// <returns>Null when others hold what is wanted.</returns>
    private static NpgsqlConnection? TryLock(string connectionString, IReadOnlyList<string> tables)
    {
        var connection = Connect(connectionString);
        try
        {
            Run(connection, $"BEGIN; SET LOCAL lock_timeout = '500ms'; LOCK TABLE {string.Join(", ", tables)} IN EXCLUSIVE MODE");
            return connection;
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            connection.Dispose();
            return null;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Has the server end the connections of everybody else.</summary>
    public static bool Disconnect(string connectionString)
    {
        using var connection = Connect(connectionString);
        return Run(connection, "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()") > 0;
    }

    public static NpgsqlConnection Connect(string connectionString)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 5 }.ToString());
        connection.Open();
        return connection;
    }

    public static long Run(NpgsqlConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of the faults.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar() as long? ?? 0;
    }

    protected override DbConnection Open() => Connect(connectionString);
}
