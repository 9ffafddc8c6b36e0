using Npgsql;
using Strangler.Stages;
using Strangler.Stages.Store;
using TestKit.Databases;

namespace Strangler.Tests.Stages;

/// <summary>A store on a server: what goes wrong with connections, and what the operator is told.</summary>
[TestClass]
public sealed class ServerStoreTests
{
    [TestMethod]
    public async Task Store_ConnectionsAreBroken_GoesOnWithNewOnes()
    {
        await using var system = await StoreUnderTest.CreateAsync(TestDatabase.PostgreSql);
        var store = system.Open();
        var audit = new AuditEntry(DateTimeOffset.UnixEpoch, "catalog", "advance", "", "", false, null, "plan", null);
        for (var version = 1; version <= 3; version++)
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => store.StatesAsync(CancellationToken.None)));
            await system.Database.RowsAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            if (version == 2) Assert.HasCount(1, await store.StatesAsync(CancellationToken.None));
            await store.SaveAsync(ModuleState.Initial("catalog") with { Version = version }, audit, CancellationToken.None);
        }

        Assert.HasCount(3, await store.AuditLogAsync(null, 10, CancellationToken.None), "Each was saved once.");
    }

    [TestMethod]
    public async Task Start_NobodyListens_SaysWhereAndHowToMend() =>
        await RefusedAsync(static settings => settings.Port = 1, "127.0.0.1:1", "Start the server");

    [TestMethod]
    public async Task Start_WrongPassword_SaysSoWithoutIt()
    {
        var message = await RefusedAsync(static settings => settings.Password = "not-the-secret", "password", "Correct user name and password in Strangler:Database:ConnectionString");
        Assert.DoesNotContain("not-the-secret", message);
    }

    [TestMethod]
    public async Task Start_NoSuchDatabase_SaysToCreateIt() =>
        await RefusedAsync(static settings => settings.Database = "nowhere", "nowhere", "CREATE DATABASE");

    [TestMethod]
    public async Task Start_NoRightToMakeTables_SaysWhichToGive()
    {
        var cluster = await PostgresCluster.GetAsync();
        var login = cluster.NextName("login");
        await cluster.RunAsync($"CREATE ROLE {login} LOGIN PASSWORD 'x'");
        await RefusedAsync(settings => (settings.Username, settings.Password) = (login, "x"), "permission denied", "GRANT CREATE ON DATABASE");
    }

    [TestMethod]
    public async Task Start_LoginThatMayOnlyReadAndWrite_UsesTheTablesThatAreThere()
    {
        await using var database = await PostgresTestDatabase.CreateAsync();
        var cluster = await PostgresCluster.GetAsync();
        var login = cluster.NextName("login");
        await cluster.RunAsync($"CREATE ROLE {login} LOGIN PASSWORD 'x'");
        ((IDisposable)Open(database.ConnectionString)).Dispose();
        await database.RunAsync($"GRANT USAGE ON SCHEMA strangler TO {login}; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA strangler TO {login}");
        var store = Open(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = login, Password = "x" }.ToString());
        Assert.AreEqual(1, await store.TakeLeaseAsync("l", "me", TimeSpan.FromMinutes(1), CancellationToken.None));
        ((IDisposable)store).Dispose();
    }

    [TestMethod]
    [DataRow("postgresql", "Host=", "names no host")]
    [DataRow("postgresql", "Server=x;Nonsense=1", "no connection string of PostgreSQL")]
    [DataRow("sqlserver", "Host=x", "no connection string of SQL Server")]
    public void Start_ConnectionStringOfAnotherKind_IsRefused(string provider, string connectionString, string what)
    {
        var error = Assert.ThrowsExactly<StateStoreException>(() => Open(connectionString, provider));
        StringAssert.Contains(error.Message, what);
    }

    [TestMethod]
    [DataRow("oracle", "x", "none of sqlite, postgresql, sqlserver")]
    [DataRow("postgresql", null, "Strangler:Database:ConnectionString is missing")]
    [DataRow("SqlServer", " ", "Strangler:Database:ConnectionString is missing")]
    [DataRow("sqlite", "Data Source=x", "name the file with Strangler:State")]
    [DataRow("PostgreSQL", "Host=db", null)]
    [DataRow("sqlite", null, null)]
    public void Settings_ThatDoNotFit_AreRefused(string provider, string? connectionString, string? what)
    {
        var result = new StateDatabaseValidation().Validate(null, new StranglerOptions { Database = { Provider = provider, ConnectionString = connectionString } });
        if (what is not null) StringAssert.Contains(result.FailureMessage, what);
        Assert.AreEqual(what is null, result.Succeeded);
    }

    private static async Task<string> RefusedAsync(Action<NpgsqlConnectionStringBuilder> change, params string[] says)
    {
        await using var database = await PostgresTestDatabase.CreateAsync();
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        change(settings);
        var error = Assert.ThrowsExactly<StateStoreException>(() => Open(settings.ToString()));
        foreach (var part in says) StringAssert.Contains(error.Message, part);
        return error.Message;
    }

    private static IStageStore Open(string connectionString, string provider = "postgresql") =>
        StageStores.Open(new StranglerOptions { Database = { Provider = provider, ConnectionString = connectionString } }, TimeProvider.System);
}
