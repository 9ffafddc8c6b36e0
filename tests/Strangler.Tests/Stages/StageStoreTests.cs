using Microsoft.Data.Sqlite;
using Strangler.Stages;
using Strangler.Stages.Store;
using TestKit;

namespace Strangler.Tests.Stages;

[TestClass]
public sealed class StageStoreTests
{
    private static readonly AuditEntry Entry = new(DateTimeOffset.UnixEpoch, "catalog", "advance", "Legacy", "Syncing", false, null, "plan", null);

    [TestMethod]
    public void Store_NewerSchema_IsRefusedAndUntouched()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("state.db");
        new SqliteStageStore(file, TimeProvider.System).Dispose();
        Run(file, "INSERT INTO schema_version VALUES (99)");
        var before = File.ReadAllBytes(file);
        var error = Assert.ThrowsExactly<StateFileException>(() => new SqliteStageStore(file, TimeProvider.System));
        StringAssert.Contains(error.Message, file);
        StringAssert.Contains(error.Message, "Strangler:State");
        CollectionAssert.AreEqual(before, File.ReadAllBytes(file));
    }

    [TestMethod]
    public void Store_FileIsNoDatabase_SaysWhichAndWhatToDo()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("state.db");
        File.WriteAllText(file, new string('x', 5000));
        var error = Assert.ThrowsExactly<StateFileException>(() => new SqliteStageStore(file, TimeProvider.System));
        StringAssert.Contains(error.Message, file);
    }

    [TestMethod]
    public async Task Save_OverAnotherVersion_IsAConflict()
    {
        using var directory = new TemporaryDirectory();
        using var store = new SqliteStageStore(directory.File("state.db"), TimeProvider.System);
        var first = ModuleState.Initial("catalog") with { Stage = Stage.Syncing, Version = 1 };
        await store.SaveAsync(first, Entry, CancellationToken.None);
        await Assert.ThrowsExactlyAsync<StateConflictException>(() => store.SaveAsync(first with { Stage = Stage.Shadow }, Entry, CancellationToken.None));
        await store.SaveAsync(first with { Version = 2, HeldEndpoints = new Dictionary<string, Stage> { ["a"] = Stage.Shadow } }, Entry, CancellationToken.None);
        var read = (await store.StateAsync("catalog", CancellationToken.None))!.State;
        Assert.AreEqual(Stage.Shadow, read.HeldEndpoints["a"]);
        Assert.HasCount(2, await store.AuditLogAsync(null, 10, CancellationToken.None));
    }

    [TestMethod]
    public async Task Audit_ChangedOrRemoved_IsRefusedByTheDatabase()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("state.db");
        using var store = new SqliteStageStore(file, TimeProvider.System);
        await store.AuditAsync(Entry, CancellationToken.None);
        Assert.ThrowsExactly<SqliteException>(() => Run(file, "DELETE FROM audit"));
        Assert.ThrowsExactly<SqliteException>(() => Run(file, "UPDATE audit SET reason = 'other'"));
    }

    [TestMethod]
    public async Task Lease_OfADeadProcessOnThisMachine_IsFreeAtOnce()
    {
        using var directory = new TemporaryDirectory();
        using var store = new SqliteStageStore(directory.File("state.db"), TimeProvider.System);
        var dead = $"{Environment.MachineName}|{int.MaxValue}|0|x";
        Assert.AreEqual(1, await store.TakeLeaseAsync("l", dead, TimeSpan.FromHours(1), CancellationToken.None));
        Assert.AreEqual(2, await store.TakeLeaseAsync("l", LeaseHolder.New(), TimeSpan.FromHours(1), CancellationToken.None));
        Assert.IsNull(await store.TakeLeaseAsync("l", LeaseHolder.New(), TimeSpan.FromHours(1), CancellationToken.None));
    }

    private static void Run(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
