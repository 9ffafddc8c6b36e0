using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Strangler.Stages;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;
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
        var dead = Changed(LeaseHolder.New(), part: ^3, int.MaxValue.ToString(CultureInfo.InvariantCulture));
        Assert.AreEqual(1, await store.TakeLeaseAsync("l", dead, TimeSpan.FromHours(1), CancellationToken.None));
        Assert.AreEqual(2, await store.TakeLeaseAsync("l", LeaseHolder.New(), TimeSpan.FromHours(1), CancellationToken.None));
        Assert.IsNull(await store.TakeLeaseAsync("l", LeaseHolder.New(), TimeSpan.FromHours(1), CancellationToken.None));
    }

    [TestMethod]
    public void Holder_OfThisProcessWithAnotherStart_IsNotKnownDead() =>
        Assert.IsFalse(LeaseHolder.IsKnownDead(Changed(LeaseHolder.New(), part: ^2, "1")), "A clock may be set while the process lives");

    [TestMethod]
    public void Holder_OfAnotherLiveProcessWithAnotherStart_IsKnownDead()
    {
        if (!OperatingSystem.IsLinux()) Assert.Inconclusive("Only known where /proc exists");
        using var parent = Process.Start("sleep", "30");
        Assert.IsTrue(LeaseHolder.IsKnownDead(Changed(LeaseHolder.New(), part: ^3, parent.Id.ToString(CultureInfo.InvariantCulture))), "Its id has been given anew");
        parent.Kill();
    }

    [TestMethod]
    public void Holder_OfAnotherMachineOrBoot_IsNotKnownDead() =>
        Assert.IsFalse(LeaseHolder.IsKnownDead(Changed(Changed(LeaseHolder.New(), part: 0, "another"), part: ^3, int.MaxValue.ToString(CultureInfo.InvariantCulture))));

    [TestMethod]
    public async Task TakeOver_ReadsTheEntryAgainAndOnlyGoesForward()
    {
        using var directory = new TemporaryDirectory();
        using var store = new SqliteStageStore(directory.File("state.db"), TimeProvider.System);
        var begun = await store.BeginSwitchAsync(
            new SwitchEntry(0, "catalog", Side.Legacy, Side.Service, 1, 2, SwitchPhase.Fencing, 0, new Dictionary<string, long>(), Stage.Extracted, 100, 5, TimeProvider.System.GetUtcNow(), null, null),
            ModuleState.Initial("catalog") with { Switching = true, Version = 1 }, CancellationToken.None);
        await store.WriteSwitchAsync(begun with { Phase = SwitchPhase.Draining, Position = 7 }, null, null, CancellationToken.None);
        await Assert.ThrowsExactlyAsync<StateConflictException>(() => store.TakeOverSwitchAsync(begun, 5, CancellationToken.None));
        var taken = await store.TakeOverSwitchAsync(begun, 6, CancellationToken.None);
        Assert.AreEqual((SwitchPhase.Draining, 7L, 6L), (taken.Phase, taken.Position, taken.Token));
        await store.WriteSwitchAsync(taken with { Outcome = SwitchOutcome.Aborted }, null, null, CancellationToken.None);
        await Assert.ThrowsExactlyAsync<StateConflictException>(() => store.TakeOverSwitchAsync(taken, 7, CancellationToken.None));
    }

    private static string Changed(string holder, Index part, string value)
    {
        var parts = holder.Split('|');
        parts[part] = value;
        return string.Join('|', parts);
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
