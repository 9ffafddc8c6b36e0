using System.Data.Common;
using System.Diagnostics;

namespace Faults.Storage;

/// <summary>The proxies' state on the private PostgreSQL.</summary>
internal sealed class PostgresState(string connectionString) : ProxyState("strangler.")
{
    private static readonly TimeSpan Stays = TimeSpan.FromSeconds(1);

    public override bool IsLocked()
    {
        using var connection = PostgresSide.Connect(connectionString);
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < Stays)
        {
            if (PostgresSide.Run(connection, "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'") == 0) return false;
        }

        return true;
    }

    public override IDisposable Lock() => PostgresSide.Lock(connectionString, ["strangler.module_state", "strangler.switch_journal", "strangler.lease"]);

    public override bool Disconnect() => PostgresSide.Disconnect(connectionString);

    protected override DbConnection Open() => PostgresSide.Connect(connectionString);
}
