using System.Data.Common;
using Microsoft.Data.SqlClient;
using Strangler.Stages.Store.SqlServer;

namespace Strangler.Cli.Up.Databases;

/// <summary>The login needs dbcreator, or databases that are there and in which it is db_owner.</summary>
internal sealed class SqlServerServer(SqlConnectionStringBuilder settings) : DatabaseServer(settings.InitialCatalog)
{
    public override string Provider => "sqlserver";

    public override string Place => settings.DataSource;

    public static SqlServerServer Read(string connection)
    {
        try
        {
            var settings = new SqlConnectionStringBuilder(connection);
            return settings.DataSource.Length == 0 ? throw new ArgumentException("It names no server.") : new SqlServerServer(settings);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw Unreadable("SQL Server", error, "Server=127.0.0.1;User Id=strangler;Password=...");
        }
    }

    public override string ConnectionTo(string database)
    {
        var to = new SqlConnectionStringBuilder(settings.ToString()) { InitialCatalog = database };
        // After a failure the driver would repeat the error for up to a minute without asking the server.
        if (!to.ShouldSerialize("Pool Blocking Period")) to.PoolBlockingPeriod = PoolBlockingPeriod.NeverBlock;
        return to.ToString();
    }

    protected override DbConnection Connect() => new SqlConnection(new SqlConnectionStringBuilder(settings.ToString()) { InitialCatalog = "master", Pooling = false, ConnectTimeout = 10 }.ToString());

    protected override async Task<bool> CreateAsync(DbConnection connection, string name, CancellationToken cancellation)
    {
        if (await RunAsync(connection, "SELECT DB_ID(@name)", cancellation, name) is not (null or DBNull)) return false;
        await RunAsync(connection, $"CREATE DATABASE [{name}]", cancellation);
        // Readers and writers do not wait for each other, and a backfill reads one moment.
        await RunAsync(connection, Set(name, "is_read_committed_snapshot_on", "READ_COMMITTED_SNAPSHOT"), cancellation);
        await RunAsync(connection, Set(name, "snapshot_isolation_state", "ALLOW_SNAPSHOT_ISOLATION"), cancellation);
        return true;
    }

    // Servers that only speak SQL Server's language have both from the beginning, and do not know the statement.
    private static string Set(string name, string column, string setting) =>
        $"IF EXISTS (SELECT 1 FROM sys.databases WHERE name = N'{name}' AND {column} = 0) EXEC(N'ALTER DATABASE [{name}] SET {setting} ON')";

    protected override string Mend(DbException error) => SqlServerFailure.Mend(error, "--connection");
}
