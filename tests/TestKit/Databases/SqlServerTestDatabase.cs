using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.SqlClient;

namespace TestKit.Databases;

/// <summary>A database on the SQL Server that an environment variable names; the login there must be allowed to create databases.</summary>
public sealed class SqlServerTestDatabase : TestDatabase, IRestartableDatabase
{
    /// <summary>The environment variable with the connection string of the server.</summary>
    public const string Variable = "SQLSERVER_TEST_CONNECTION";

    /// <summary>The environment variable with a shell command that restarts the server. Without it the one database is taken offline and back online.</summary>
    public const string RestartVariable = "SQLSERVER_TEST_RESTART";

    // A server that keeps databases as PostgreSQL does makes or drops one at a time.
    private static readonly SemaphoreSlim OneAtATime = new(1);

    private readonly string _server;

    private SqlServerTestDatabase(string server, string name)
    {
        _server = server;
        Name = name;
        ConnectionString = new SqlConnectionStringBuilder(server) { InitialCatalog = name }.ToString();
    }

    public override string Provider => SqlServer;

    public override string ConnectionString { get; }

    public string Name { get; }

    public static async Task<SqlServerTestDatabase> CreateAsync()
    {
        var server = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrWhiteSpace(server)) Assert.Inconclusive($"This test needs SQL Server. Set {Variable} to a connection string of one that may be tested with.");
        var name = $"strangler_test_{Guid.NewGuid():N}";
        await RunAsync(server, $"CREATE DATABASE [{name}]");

        // Readers that wait for writers would make tests of this library wait for each other's rows; the databases that are created for users have it, too.
        await RunAsync(server, $"IF EXISTS (SELECT 1 FROM sys.databases WHERE name = N'{name}' AND is_read_committed_snapshot_on = 0) EXEC(N'ALTER DATABASE [{name}] SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE')");
        return new SqlServerTestDatabase(server, name);
    }

    public async Task RestartAsync()
    {
        if (Environment.GetEnvironmentVariable(RestartVariable) is { Length: > 0 } command)
        {
            using var shell = Process.Start("/bin/sh", ["-c", command]);
            await shell.WaitForExitAsync();
            Assert.AreEqual(0, shell.ExitCode, $"{RestartVariable}: {command}");
        }
        else if (await TryAsync($"ALTER DATABASE [{Name}] SET OFFLINE WITH ROLLBACK IMMEDIATE") is { } refusal)
        {
            Assert.Inconclusive($"The server does not take a database offline ({refusal}). Set {RestartVariable} to a command that restarts it.");
        }
        else
        {
            await RunAsync(_server, $"ALTER DATABASE [{Name}] SET ONLINE");
        }

        await Eventually.GetAsync(() => TryAsync($"USE [{Name}]"), static refusal => refusal is null, what: "the database is back");
    }

    public override DbConnection Connect() => new SqlConnection(ConnectionString);

    public override async ValueTask DisposeAsync()
    {
        if (await DropAsync() is null) return;
        await TryAsync($"ALTER DATABASE [{Name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE");
        // What has just been cut off may still be ending.
        await Eventually.GetAsync(DropAsync, static refusal => refusal is null, what: $"DROP DATABASE {Name}");
    }

    private Task<string?> DropAsync()
    {
        // All of them: Entity Framework puts a name into the connection string, and has pools of its own by that.
        SqlConnection.ClearAllPools();
        return TryAsync($"DROP DATABASE IF EXISTS [{Name}]");
    }

    /// <summary>The server's refusal, or null.</summary>
    private async Task<string?> TryAsync(string sql)
    {
        try
        {
            await RunAsync(_server, sql);
            return null;
        }
        catch (SqlException refused)
        {
            return refused.Message;
        }
    }

    private static async Task RunAsync(string server, string sql)
    {
        await OneAtATime.WaitAsync();
        try
        {
            await using var connection = new SqlConnection(server);
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Statements that take no parameters, with names made here.
            command.CommandText = sql;
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }
        finally
        {
            OneAtATime.Release();
        }
    }
}
