using Npgsql;

namespace Sync.Databases.PostgreSql;

/// <summary>A pool for few statements that run again and again, of which the server would otherwise make a plan each time.</summary>
internal static class PostgreSqlPool
{
    private const string MaxAutoPrepare = "Max Auto Prepare";
    private const int Statements = 50;

    /// <returns>The connection string of the pool. What the host's says about preparing statements on its own holds here, too.</returns>
    public static string Of(NpgsqlConnectionStringBuilder host, string name)
    {
        if (!host.ShouldSerialize(MaxAutoPrepare)) host.MaxAutoPrepare = Statements;
        return OwnPool.Of(host, name);
    }
}
