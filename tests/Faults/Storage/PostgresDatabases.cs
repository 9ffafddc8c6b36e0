using System.Diagnostics;
using System.Globalization;
using Npgsql;
using TestKit;
using TestKit.Databases;

namespace Faults.Storage;

/// <summary>Three databases of one PostgreSQL.</summary>
internal sealed class PostgresDatabases : IShopDatabases
{
    private static readonly TimeSpan LongestRecovery = TimeSpan.FromMinutes(2);
    private readonly PostgresCluster _cluster;
    private readonly string _run;
    private readonly Dictionary<string, ISideDatabase> _sides;

    public PostgresDatabases(PostgresCluster cluster, string run)
    {
        (_cluster, _run) = (cluster, run);
        State = new PostgresState(Connection("state"));
        Queues = new PostgresQueues(Connection("legacy"));
        _sides = new[] { "legacy", "service" }.ToDictionary(static side => side, side => (ISideDatabase)new PostgresSide(side, Connection(side)));
    }

    public IReadOnlyDictionary<string, ISideDatabase> Sides => _sides;

    public ProxyState State { get; }

    public PostgresQueues? Queues { get; }

    public static Dictionary<string, string> SideSettings(string connectionString) =>
        new() { ["Database__Provider"] = TestDatabase.PostgreSql, ["Database__ConnectionString"] = connectionString };

    public static Dictionary<string, string> StateSettings(string connectionString) =>
        new() { ["Strangler__Database__Provider"] = TestDatabase.PostgreSql, ["Strangler__Database__ConnectionString"] = connectionString };

    public IReadOnlyDictionary<string, string> SettingsOf(string process) => _sides.ContainsKey(process) ? SideSettings(Connection(process)) : StateSettings(Connection("state"));

    public async Task? CrashServer()
    {
        long before;
        await using (var connection = PostgresSide.Connect(Connection("legacy")))
        {
            before = Checkpointer(connection);
            var victim = PostgresSide.Run(connection, "SELECT pid::bigint FROM pg_stat_activity WHERE datname = current_database() ORDER BY pid = pg_backend_pid() LIMIT 1");
            using var kill = Process.Start("kill", ["-9", victim.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
        }

        // It refuses connections while it recovers, and may take some before it has noticed.
        await Eventually.TrueAsync(() => HasRecovered(before), LongestRecovery, "recovery of the database server");
        NpgsqlConnection.ClearAllPools();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var side in _sides.Values) side.Dispose();
        foreach (var database in PostgresTemplate.Databases) await _cluster.RunAsync($"DROP DATABASE IF EXISTS {_run}_{database} WITH (FORCE)");
    }

    private string Connection(string database) => _cluster.ConnectionStringTo($"{_run}_{database}");

    private bool HasRecovered(long before)
    {
        try
        {
            return PostgresTemplate.Databases.All(database =>
            {
                using var connection = PostgresSide.Connect(Connection(database));
                return Checkpointer(connection) is > 0 and var now && now != before;
            });
        }
        catch (NpgsqlException)
        {
            // It recovers.
            return false;
        }
    }

    // Started anew after a crash, so that its number tells one server from the next.
    private static long Checkpointer(NpgsqlConnection connection) => PostgresSide.Run(connection, "SELECT pid::bigint FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
}
