using Strangler.Stages.Store;
using Strangler.Stages.Store.PostgreSql;
using Strangler.Stages.Store.Sqlite;
using Strangler.Stages.Store.SqlServer;
using TestKit.Databases;

namespace Strangler.Tests.Stages;

/// <summary>One database and as many stores on it, each as a proxy of its own has one.</summary>
internal sealed class StoreUnderTest : IAsyncDisposable
{
    private readonly Dictionary<int, StageStore> _stores = [];

    private StoreUnderTest(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    public SettableClock Clock { get; } = new();

    /// <summary>What stands before the tables' names.</summary>
    public string Schema => Database is SqliteTestDatabase ? "" : "strangler.";

    public StageSchema Scripts => Database.Provider switch
    {
        TestDatabase.Sqlite => StageSchema.Of("Sqlite", new SqliteStageSql()),
        TestDatabase.PostgreSql => StageSchema.Of("PostgreSql", new PostgreSqlStageSql()),
        _ => StageSchema.Of("SqlServer", new SqlServerStageSql()),
    };

    public static async Task<StoreUnderTest> CreateAsync(string provider) => new(await TestDatabase.CreateAsync(provider));

    /// <summary>The store of one proxy, opened when it is first asked for.</summary>
    public StageStore Open(int proxy = 0)
    {
        lock (_stores) return _stores.TryGetValue(proxy, out var open) ? open : _stores[proxy] = new StageStore(Connect(Scripts), Clock);
    }

    /// <summary>Opens the database with the given scripts.</summary>
    public StageDatabase Connect(StageSchema scripts) => Database switch
    {
        SqliteTestDatabase sqlite => new SqliteStageDatabase(sqlite.File, scripts),
        PostgresTestDatabase postgres => new PostgreSqlStageDatabase(postgres.ConnectionString, scripts),
        _ => new SqlServerStageDatabase(Database.ConnectionString, scripts),
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values) store.Dispose();
        await Database.DisposeAsync();
    }

    /// <summary>The real time until it is set.</summary>
    internal sealed class SettableClock : TimeProvider
    {
        public DateTimeOffset? Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now ?? base.GetUtcNow();
    }
}
