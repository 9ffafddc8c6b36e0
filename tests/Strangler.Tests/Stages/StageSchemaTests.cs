using Strangler.Stages;
using Strangler.Stages.Store;
using TestKit;
using TestKit.Databases;

namespace Strangler.Tests.Stages;

/// <summary>How the tables come to be, whatever the database.</summary>
public abstract class StageSchemaTests(string provider)
{
    [TestMethod]
    public async Task Schema_OfEveryEarlierVersion_IsUpgradedInPlace()
    {
        await using var fresh = await StoreUnderTest.CreateAsync(provider);
        fresh.Open();
        var expected = await TablesAsync(fresh.Database);
        for (var version = 0; version <= fresh.Scripts.Scripts.Count; version++)
        {
            await using var system = await StoreUnderTest.CreateAsync(provider);
            var earlier = system.Scripts with { Scripts = [.. system.Scripts.Scripts.Take(version)] };
            system.Connect(earlier).Dispose();

            var store = system.Open();

            CollectionAssert.AreEqual(expected.ToList(), (await TablesAsync(system.Database)).ToList(), $"from version {version}");
            await store.SaveAsync(ModuleState.Initial("catalog") with { Version = 1 }, new AuditEntry(DateTimeOffset.UnixEpoch, "catalog", "adopted", "", "", false, null, "plan", null), CancellationToken.None);
            Assert.HasCount(1, await store.StatesAsync(CancellationToken.None));
        }
    }

    [TestMethod]
    public async Task Schema_NewVersion_KeepsWhatWasThere()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        await system.Open().SaveAsync(ModuleState.Initial("catalog") with { Version = 1 }, new AuditEntry(DateTimeOffset.UnixEpoch, "catalog", "adopted", "", "", false, null, "plan", null), CancellationToken.None);
        var next = system.Scripts with { Scripts = [.. system.Scripts.Scripts, [$"CREATE TABLE {system.Schema}later (id int NOT NULL)", $"INSERT INTO {system.Schema}later VALUES (7)"]] };

        using (var upgraded = new StageStore(system.Connect(next), system.Clock)) Assert.HasCount(1, await upgraded.StatesAsync(CancellationToken.None));
        system.Connect(next).Dispose();

        CollectionAssert.AreEqual(new[] { "7" }, (await system.Database.RowsAsync($"SELECT id FROM {system.Schema}later")).ToList());
    }

    [TestMethod]
    public async Task Schema_ScriptThatFails_LeavesTheVersionBefore()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        system.Open();
        var broken = system.Scripts with { Scripts = [.. system.Scripts.Scripts, [$"CREATE TABLE {system.Schema}later (id int NOT NULL)", "no statement"]] };
        var before = await TablesAsync(system.Database);

        var error = Assert.ThrowsExactly<StateStoreException>(() => system.Connect(broken));

        StringAssert.Contains(error.Message, "cannot be used");
        CollectionAssert.AreEqual(before.ToList(), (await TablesAsync(system.Database)).ToList());
    }

    [TestMethod]
    public async Task Schema_OfANewerProxy_IsRefusedAndUntouched()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        system.Open();
        await system.Database.RunAsync($"INSERT INTO {system.Schema}schema_version VALUES (99)");
        var before = await TablesAsync(system.Database);

        var error = Assert.ThrowsExactly<StateStoreException>(() => system.Open(1));

        StringAssert.Contains(error.Message, "version 99");
        StringAssert.Contains(error.Message, system.Database is SqliteTestDatabase ? "Strangler:State" : "Strangler:Database:ConnectionString");
        CollectionAssert.AreEqual(before.ToList(), (await TablesAsync(system.Database)).ToList());
    }

    [TestMethod]
    public async Task Schema_MadeByManyProxiesAtOnce_IsMadeOnce()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => system.Connect(system.Scripts).Dispose())));
        Assert.HasCount(system.Scripts.Scripts.Count, await system.Database.RowsAsync($"SELECT version FROM {system.Schema}schema_version"));
    }

    private static Task<IReadOnlyList<string>> TablesAsync(TestDatabase database) => database.RowsAsync(database.Provider == TestDatabase.Sqlite
        ? "SELECT name, sql FROM sqlite_master ORDER BY name"
        : "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'strangler' ORDER BY table_name, ordinal_position");
}

[TestClass]
public sealed class SqliteStageSchemaTests() : StageSchemaTests(TestDatabase.Sqlite)
{
    [TestMethod]
    public void Store_FileIsNoDatabase_SaysWhichAndWhatToDo()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("state.db");
        File.WriteAllText(file, new string('x', 5000));
        var error = Assert.ThrowsExactly<StateStoreException>(() => StageStores.Open(new StranglerOptions { State = file }, TimeProvider.System));
        StringAssert.Contains(error.Message, file);
        StringAssert.Contains(error.Message, "Strangler:State");
    }
}

[TestClass]
public sealed class PostgreSqlStageSchemaTests() : StageSchemaTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class SqlServerStageSchemaTests() : StageSchemaTests(TestDatabase.SqlServer);
