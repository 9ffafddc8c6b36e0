using Strangler.Stages;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;
using TestKit;
using TestKit.Databases;

namespace Strangler.Tests.Stages;

/// <summary>What every store does, whatever the database.</summary>
public abstract class StageStoreTests(string provider)
{
    private static readonly AuditEntry Entry = new(DateTimeOffset.UnixEpoch, "catalog", "advance", "Legacy", "Syncing", false, null, "plan", null);
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [TestMethod]
    public async Task Save_OverAnotherVersion_IsAConflict()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        var store = system.Open();
        var first = ModuleState.Initial("catalog") with { Stage = Stage.Syncing, Version = 1 };
        await store.SaveAsync(first, Entry, CancellationToken.None);
        await Assert.ThrowsExactlyAsync<StateConflictException>(() => store.SaveAsync(first with { Stage = Stage.Shadow }, Entry, CancellationToken.None));
        await store.SaveAsync(first with { Version = 2, HeldEndpoints = new Dictionary<string, Stage> { ["a"] = Stage.Shadow } }, Entry, CancellationToken.None);
        var read = (await store.StateAsync("catalog", CancellationToken.None))!.State;
        Assert.AreEqual(Stage.Shadow, read.HeldEndpoints["a"]);
        Assert.HasCount(2, await store.AuditLogAsync(null, 10, CancellationToken.None));
    }

    [TestMethod]
    public async Task Save_ByManyAtOnce_OneOfThemWins()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        for (var version = 1L; version <= 5; version++)
        {
            var next = ModuleState.Initial("catalog") with { Epoch = version, Version = version };
            var saved = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => system.Open(i % 3)).Select(store => Task.Run(async () =>
            {
                try
                {
                    await store.SaveAsync(next, Entry, CancellationToken.None);
                    return 1;
                }
                catch (StateConflictException)
                {
                    return 0;
                }
            })));
            Assert.AreEqual(1, saved.Sum());
        }

        Assert.HasCount(5, await system.Open().AuditLogAsync("catalog", 100, CancellationToken.None), "Only who saved has left a trace.");
    }

    [TestMethod]
    public async Task State_SavedByOne_IsReadByAnother()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        var state = new ModuleState("catalog", Stage.Canary, 25, Side.Service, 7, true, new Dictionary<string, Stage> { ["x"] = Stage.Legacy }, 1);
        await system.Open(0).SaveAsync(state, Entry, CancellationToken.None);
        var read = (await system.Open(1).StatesAsync(CancellationToken.None)).Single();
        Assert.AreEqual(state, read.State with { HeldEndpoints = state.HeldEndpoints });
        CollectionAssert.AreEqual(state.HeldEndpoints.ToList(), read.State.HeldEndpoints.ToList());
        Assert.IsNull(await system.Open(1).StateAsync("Catalog", CancellationToken.None), "Names are compared as they are written.");
    }

    [TestMethod]
    public async Task StageSince_SameStageAgain_Stays()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        var store = system.Open();
        var state = ModuleState.Initial("catalog") with { Stage = Stage.Shadow, Version = 1 };
        system.Clock.Now = DateTimeOffset.UnixEpoch.AddHours(1);
        await store.SaveAsync(state, Entry, CancellationToken.None);
        system.Clock.Now = DateTimeOffset.UnixEpoch.AddHours(2);
        await store.SaveAsync(state with { Version = 2, Epoch = 2 }, Entry, CancellationToken.None);
        Assert.AreEqual(DateTimeOffset.UnixEpoch.AddHours(1), (await store.StateAsync("catalog", CancellationToken.None))!.StageSince);
        await store.SaveAsync(state with { Version = 3, Stage = Stage.Canary }, Entry, CancellationToken.None);
        Assert.AreEqual(DateTimeOffset.UnixEpoch.AddHours(2), (await store.StateAsync("catalog", CancellationToken.None))!.StageSince);
    }

    [TestMethod]
    public async Task TakeOver_ReadsTheEntryAgainAndOnlyGoesForward()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        var store = system.Open();
        var begun = await store.BeginSwitchAsync(Switch(token: 5), Held(version: 1), CancellationToken.None);
        await store.WriteSwitchAsync(begun with { Phase = SwitchPhase.Draining, Position = 7, Keys = new Dictionary<string, long> { ["product"] = 9 } }, null, null, CancellationToken.None);
        await Assert.ThrowsExactlyAsync<StateConflictException>(() => store.TakeOverSwitchAsync(begun, 5, CancellationToken.None));
        var taken = await store.TakeOverSwitchAsync(begun, 6, CancellationToken.None);
        Assert.AreEqual((SwitchPhase.Draining, 7L, 6L, 9L), (taken.Phase, taken.Position, taken.Token, taken.Keys["product"]));
        await Assert.ThrowsExactlyAsync<StateConflictException>(() => store.WriteSwitchAsync(begun, null, null, CancellationToken.None));
        await store.WriteSwitchAsync(taken with { Outcome = SwitchOutcome.Aborted, Error = "why" }, null, null, CancellationToken.None);
        await Assert.ThrowsExactlyAsync<StateConflictException>(() => store.TakeOverSwitchAsync(taken, 7, CancellationToken.None));
    }

    [TestMethod]
    public async Task Switch_SecondOfAModule_IsAConflictAndChangesNothing()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        var first = await system.Open(0).BeginSwitchAsync(Switch(token: 1), Held(version: 1), CancellationToken.None);
        await Assert.ThrowsExactlyAsync<StateConflictException>(() => system.Open(1).BeginSwitchAsync(Switch(token: 2), Held(version: 2), CancellationToken.None));
        Assert.AreEqual(1, (await system.Open(1).StateAsync("catalog", CancellationToken.None))!.State.Version);
        CollectionAssert.AreEqual(new[] { "catalog" }, (await system.Open(1).ModulesSwitchingAsync(CancellationToken.None)).ToArray());
        await system.Open(0).WriteSwitchAsync(first with { Outcome = SwitchOutcome.Done }, null, null, CancellationToken.None);
        Assert.IsNull(await system.Open(1).OpenSwitchAsync("catalog", CancellationToken.None));
        await system.Open(1).BeginSwitchAsync(Switch(token: 2), Held(version: 2), CancellationToken.None);
    }

    [TestMethod]
    public async Task Lease_OfADeadProcessOnThisMachine_IsFreeAtOnce()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        var store = system.Open();
        Assert.AreEqual(1, await store.TakeLeaseAsync("l", LeaseHolderTests.Dead(), Long, CancellationToken.None));
        Assert.AreEqual(2, await store.TakeLeaseAsync("l", LeaseHolder.New(), Long, CancellationToken.None));
        Assert.IsNull(await store.TakeLeaseAsync("l", LeaseHolder.New(), Long, CancellationToken.None));
    }

    [TestMethod]
    public async Task Lease_RenewedReleasedOrRunOut_TokenGrowsWithTheHolderOnly()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        var (one, other) = (LeaseHolder.New(), LeaseHolder.New());
        Assert.AreEqual(1, await system.Open(0).TakeLeaseAsync("l", one, Long, CancellationToken.None));
        Assert.AreEqual(1, await system.Open(0).TakeLeaseAsync("l", one, Long, CancellationToken.None));
        Assert.IsNull(await system.Open(1).TakeLeaseAsync("l", other, Long, CancellationToken.None));
        await system.Open(1).ReleaseLeaseAsync("l", other, CancellationToken.None);
        Assert.IsNull(await system.Open(1).TakeLeaseAsync("l", other, Long, CancellationToken.None), "It was not the other's to give back.");
        await system.Open(0).ReleaseLeaseAsync("l", one, CancellationToken.None);
        Assert.AreEqual(2, await system.Open(1).TakeLeaseAsync("l", other, TimeSpan.FromMilliseconds(1), CancellationToken.None));
        await Eventually.TrueAsync(async () => await system.Open(0).TakeLeaseAsync("l", one, Long, CancellationToken.None) == 3);
    }

    [TestMethod]
    public async Task Lease_WantedByManyAtOnce_OneOfThemGetsIt()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        var granted = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => system.Open(i % 3)).Select(store =>
            Task.Run(() => store.TakeLeaseAsync("l", LeaseHolder.New(), Long, CancellationToken.None))));
        Assert.HasCount(1, granted.Where(static token => token is not null).ToList());
    }

    [TestMethod]
    public async Task AuditAndEvidence_ReadNewestFirstByModule()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        var store = system.Open();
        foreach (var (module, reason) in new[] { ("catalog", "one"), ("other", "two"), ("catalog", "Grüße, 東京 🙂") })
            await store.AuditAsync(Entry with { Module = module, Reason = reason, Forced = true, Detail = new string('d', 9000) }, CancellationToken.None);
        await store.KeepEvidenceAsync(new EvidenceRecord(DateTimeOffset.UnixEpoch, "catalog", "Legacy -> Syncing", "p1", "[1]"), CancellationToken.None);
        await store.KeepEvidenceAsync(new EvidenceRecord(DateTimeOffset.UnixEpoch, "catalog", "Syncing -> Shadow", "p1", "[2]"), CancellationToken.None);
        CollectionAssert.AreEqual(new[] { "Grüße, 東京 🙂", "two" }, (await store.AuditLogAsync(null, 2, CancellationToken.None)).Select(static e => e.Reason).ToArray());
        var ofModule = await store.AuditLogAsync("catalog", 10, CancellationToken.None);
        CollectionAssert.AreEqual(new[] { "Grüße, 東京 🙂", "one" }, ofModule.Select(static e => e.Reason).ToArray());
        Assert.AreEqual(Entry with { Reason = "one", Forced = true, Detail = new string('d', 9000) }, ofModule[1]);
        Assert.AreEqual("[2]", (await store.EvidenceAsync("catalog", 1, CancellationToken.None)).Single().Document);
    }

    [TestMethod]
    public async Task Audit_ChangedOrRemoved_IsRefusedByTheDatabase()
    {
        await using var system = await StoreUnderTest.CreateAsync(provider);
        await system.Open().AuditAsync(Entry, CancellationToken.None);
        foreach (var sql in new[] { $"DELETE FROM {system.Schema}audit", $"UPDATE {system.Schema}audit SET reason = 'other'" })
        {
            var error = await Assert.ThrowsAsync<System.Data.Common.DbException>(() => system.Database.RunAsync(sql));
            StringAssert.Contains(error.Message, "append-only");
        }
    }

    private static SwitchEntry Switch(long token) => new(
        0, "catalog", Side.Legacy, Side.Service, 1, 2, SwitchPhase.Fencing, 0, new Dictionary<string, long>(), Stage.Extracted, 100, token, DateTimeOffset.UnixEpoch, null, null);

    private static ModuleState Held(long version) => ModuleState.Initial("catalog") with { Switching = true, Version = version };
}

[TestClass]
public sealed class SqliteStageStoreTests() : StageStoreTests(TestDatabase.Sqlite);

[TestClass]
public sealed class PostgreSqlStageStoreTests() : StageStoreTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class SqlServerStageStoreTests() : StageStoreTests(TestDatabase.SqlServer);
