using Microsoft.Data.SqlClient;

namespace Sync.Databases.SqlServer;

/// <summary>How sync's own connections to SQL Server are kept.</summary>
internal static class SqlServerPool
{
    /// <summary>
    /// The pool under that name. Once a connection has failed, the driver answers with the same error for 5 s and up to a minute without asking the server, unless it is told not to:
    /// whoever waits for a server that was restarted would find it late.
    /// </summary>
    public static string Of(SqlConnectionStringBuilder host, string name)
    {
        if (!host.ShouldSerialize("Pool Blocking Period")) host.PoolBlockingPeriod = PoolBlockingPeriod.NeverBlock;
        return OwnPool.Of(host, name);
    }
}
