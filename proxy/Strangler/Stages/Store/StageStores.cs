using Strangler.Stages.Store.PostgreSql;
using Strangler.Stages.Store.Sqlite;
using Strangler.Stages.Store.SqlServer;

namespace Strangler.Stages.Store;

/// <summary>Opens the store that the settings name.</summary>
internal static class StageStores
{
    /// <summary>Opens the store and brings its schema up to date.</summary>
    /// <exception cref="StateStoreException">It cannot be used, and why.</exception>
    public static IStageStore Open(StranglerOptions options, TimeProvider time) => new StageStore(
        options.Database.Provider.ToUpperInvariant() switch
        {
            "POSTGRESQL" => new PostgreSqlStageDatabase(options.Database.ConnectionString!),
            "SQLSERVER" => new SqlServerStageDatabase(options.Database.ConnectionString!),
            _ => new SqliteStageDatabase(options.State),
        },
        time);
}
