using Strangler.Evidence;
using Strangler.Plan;
using Strangler.Stages;
using Strangler.Stages.Sides;
using Strangler.Stages.Background;
using Strangler.Stages.Gates;
using TestKit;

namespace Strangler.Tests.Stages;

[TestClass]
public sealed class StageMachineTests
{
    [TestMethod]
    public async Task Advance_StepByStepToRetired_TellsTheSidesInOrder()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Extracted);
        CollectionAssert.AreEqual(new[] { "follow 1", "open 2" }, system.Service.Calls);
        CollectionAssert.AreEqual(new[] { "capture", "backfill", "reconcile", "fence 1", "follow 2" }, system.Legacy.Calls);

        var refused = await Advance(proxy, new AdvanceRequest());
        Assert.IsTrue(refused.Refused);
        StringAssert.Contains(string.Join(" ", refused.Unmet), "strangler detach catalog");
        await proxy.Get<Strangler.Admin.SideTasks>().DetachAsync("catalog", true, CancellationToken.None);
        var retired = await Advance(proxy, new AdvanceRequest());
        Assert.AreEqual(Stage.Retired, retired.To);
        Assert.AreEqual("retired", system.Legacy.State);

        var back = await proxy.Machine.RollbackAsync("catalog", Stage.Legacy, null, CancellationToken.None);
        Assert.IsTrue(back.Refused);
        await Assert.ThrowsExactlyAsync<StageRequestException>(() => Advance(proxy, new AdvanceRequest()));
    }

    [TestMethod]
    public async Task Advance_SeveralConditionsUnmet_ListsThemAll()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Syncing);
        system.Legacy.Backfill = "running";
        system.Legacy.Parked = 2;
        system.Legacy.Holds = true;
        await system.Legacy.WriteAsync("held");
        var outcome = await Advance(proxy, new AdvanceRequest());
        Assert.IsTrue(outcome.Refused);
        CollectionAssert.AreEquivalent(new[] { "backfill", "lag", "parked changes", "reconcile" }, outcome.Conditions.Where(c => !c.Met).Select(c => c.Name).ToArray());
        Assert.AreEqual(0, system.Legacy.Reconciles, "Comparing while rows are missing says nothing");
        Assert.AreEqual(Stage.Syncing, proxy.States.Of("catalog").Stage);
    }

    [TestMethod]
    public async Task Advance_Differences_AreFoundByAComparisonOfItsOwn()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Syncing);
        system.Legacy.Differences = 3;
        var outcome = await Advance(proxy, new AdvanceRequest());
        Assert.IsTrue(outcome.Refused);
        StringAssert.Contains(outcome.Unmet[0], "3 differences");
        Assert.AreEqual(1, system.Legacy.Reconciles);
        system.Legacy.Differences = 0;
        Assert.AreEqual(Stage.Shadow, (await Advance(proxy, new AdvanceRequest())).To);
    }

    [TestMethod]
    public async Task Force_SkipsAGateButNoInvariant_AndIsAudited()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Syncing);
        system.Legacy.Differences = 3;
        system.Legacy.Backfill = "running";
        var forced = new AdvanceRequest(Force: true, Reason: "tonight");
        Assert.IsTrue((await Advance(proxy, forced)).Refused, "The copy is incomplete: reads would be wrong");
        system.Legacy.Backfill = "complete";
        Assert.IsFalse((await Advance(proxy, forced)).Refused);
        var entry = (await proxy.Store.AuditLogAsync("catalog", 10, CancellationToken.None))[0];
        Assert.IsTrue(entry.Forced);
        Assert.AreEqual("tonight", entry.Reason);
        StringAssert.Contains(entry.Detail, "3 differences");
        await Assert.ThrowsExactlyAsync<StageRequestException>(() => Advance(proxy, new AdvanceRequest(Force: true)));
    }

    [TestMethod]
    public async Task Canary_PartOfTheClients_DoesNotReachExtracted()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Shadow);
        Assert.AreEqual(10, (await Advance(proxy, new AdvanceRequest())).Percent);
        Assert.AreEqual(50, (await Advance(proxy, new AdvanceRequest(Percent: 50))).Percent);
        var refused = await Advance(proxy, new AdvanceRequest());
        Assert.IsTrue(refused.Refused);
        StringAssert.Contains(refused.Unmet[0], "50 %");
        Assert.AreEqual(100, (await Advance(proxy, new AdvanceRequest(Stage.Canary, 100))).Percent);
        Assert.AreEqual(Stage.Extracted, (await Advance(proxy, new AdvanceRequest())).To);
    }

    [TestMethod]
    public async Task Rollback_FromExtractedToLegacy_SwitchesBackAndStopsCapturing()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Extracted);
        await proxy.Get<Strangler.Admin.SideTasks>().DetachAsync("catalog", true, CancellationToken.None);
        Assert.IsTrue(await system.Service.WriteAsync("in the service"));
        var outcome = await proxy.Machine.RollbackAsync("catalog", Stage.Legacy, "because", CancellationToken.None);
        Assert.AreEqual(Stage.Legacy, outcome.To);
        Assert.IsNotNull(outcome.PauseMilliseconds);
        CollectionAssert.Contains(system.Legacy.Values(), "in the service");
        Assert.IsTrue(system.Legacy.IsOwner);
        Assert.IsFalse(system.Legacy.Capture);
        Assert.IsFalse(system.Legacy.Detached);

        Assert.AreEqual(Stage.Extracted, (await Advance(proxy, new AdvanceRequest(Stage.Extracted))).To);
        await system.AssertSettledAsync(proxy, Side.Service, 4);
    }

    [TestMethod]
    public async Task Hold_OneEndpoint_StaysBehindUntilReleased()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Canary);
        await proxy.Machine.HoldAsync("catalog", "catalog.read", Stage.Shadow, CancellationToken.None);
        Assert.AreEqual(Stage.Shadow, proxy.States.Of("catalog").StageOf("catalog.read"));
        await Assert.ThrowsExactlyAsync<StageRequestException>(() => proxy.Machine.HoldAsync("catalog", "catalog.write", Stage.Shadow, CancellationToken.None));
        await proxy.Machine.HoldAsync("catalog", "catalog.read", null, CancellationToken.None);
        Assert.AreEqual(Stage.Canary, proxy.States.Of("catalog").StageOf("catalog.read"));
    }

    [TestMethod]
    public async Task Refresh_StateFileLost_TakesTheSidesWord()
    {
        await using var system = await SwitchSystem.StartAsync();
        await system.AtAsync(Stage.Extracted);
        var fresh = system.Join(null, ("Strangler:State", system.StateFile + ".new"));
        Assert.AreEqual(Side.Legacy, fresh.States.Of("catalog").Owner);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => fresh.Get<IOwnerRefresh>().RefreshAsync("catalog", CancellationToken.None)));
        var state = fresh.States.Of("catalog");
        Assert.AreEqual((Side.Service, 2L, Stage.Extracted), (state.Owner, state.Epoch, state.Stage));
        Assert.AreEqual("adopted", (await fresh.Store.AuditLogAsync(null, 10, CancellationToken.None)).Single().Action);
    }

    [TestMethod]
    public async Task Watch_SideWasDownDuringARollback_IsTidiedUpLater()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Shadow);
        system.Legacy.Fault = call => call is "detach" or "capture" ? "500" : null;
        var outcome = await proxy.Machine.RollbackAsync("catalog", Stage.Legacy, null, CancellationToken.None);
        Assert.HasCount(1, outcome.Warnings);
        Assert.IsTrue(system.Legacy.Capture);
        system.Legacy.Fault = _ => null;
        var watching = system.Join(null, ("Strangler:Stages:WatchInterval", "00:00:00.050"));
        await watching.StartAsync<StateRefresher>();
        await watching.StartAsync<SideWatch>();
        await Eventually.TrueAsync(() => !system.Legacy.Capture);
    }

    [TestMethod]
    public async Task PositionWait_ConcurrentAsks_ShareCallsAndEndTogether()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Canary);
        var wait = proxy.Get<IPositionWait>();
        system.Legacy.Holds = true;
        await system.Legacy.WriteAsync("a");
        var drains = 0;
        system.Legacy.Fault = call =>
        {
            if (call == "drain") Interlocked.Increment(ref drains);
            return null;
        };
        var position = system.Legacy.Position;
        Assert.IsFalse(await wait.ReachedAsync("catalog", 1, position, TimeSpan.FromMilliseconds(30), CancellationToken.None));
        var asks = Enumerable.Range(0, 50).Select(_ => wait.ReachedAsync("catalog", 1, position, TimeSpan.FromSeconds(10), CancellationToken.None)).ToArray();
        system.Legacy.Release();
        foreach (var ask in asks) Assert.IsTrue(await ask);
        Assert.IsLessThan(10, drains);
    }

    [TestMethod]
    public async Task Gates_EndpointsOnTheWayToCanary_NeedComparisonsAndAMatchRate()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Shadow);
        var planned = proxy.Get<PlanStore>().Current.Modules["catalog"] with { Gates = new GateLimits { MinimumComparisons = 10, MinimumMatchRate = 0.9 } };
        var stored = (await proxy.Store.StateAsync("catalog", CancellationToken.None))!;
        var readings = await proxy.Get<SideWatch>().ReadAsync(planned, CancellationToken.None);
        var (ledger, gates) = (proxy.Get<EvidenceLedger>(), proxy.Get<GateKeeper>());
        string[] Unmet() => [.. gates.Of(stored, planned, readings, Stage.Canary).Where(c => !c.Met).Select(c => c.Name)];

        CollectionAssert.AreEqual(new[] { "comparisons of catalog.read", "match rate of catalog.read" }, Unmet());
        for (var i = 0; i < 9; i++) ledger.Count("catalog.read", ComparisonClass.Match);
        CollectionAssert.AreEqual(new[] { "comparisons of catalog.read" }, Unmet());
        ledger.Count("catalog.read", ComparisonClass.Match);
        CollectionAssert.AreEqual(Array.Empty<string>(), Unmet());
    }

    private static Task<StepOutcome> Advance(SwitchSystem.Proxy proxy, AdvanceRequest request) => proxy.Machine.AdvanceAsync("catalog", request, CancellationToken.None);

    [TestMethod]
    public async Task Syncing_AfterAnAbortedSwitchAndNoWriteSince_FlowsAtAnEpochOfItsOwn()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Canary);
        system.Legacy.Fault = call => call == "fence" ? "cut" : null;
        await Assert.ThrowsExactlyAsync<SwitchAbortedException>(() => Advance(proxy, new AdvanceRequest(Stage.Extracted, Force: true, Reason: "test")));
        // The legacy is owner at epoch 2, of which the service has not heard. What stops the flow is on its way for a long time.
        system.Legacy.Fault = _ => null;
        await proxy.Machine.RollbackAsync("catalog", Stage.Legacy, null, CancellationToken.None);
        await Advance(proxy, new AdvanceRequest(Stage.Syncing));
        var late = await Assert.ThrowsExactlyAsync<SideException>(() => proxy.Get<SideClient>().CaptureAsync("catalog", Side.Legacy, enabled: false, 2, 2, CancellationToken.None));
        Assert.AreEqual(SideFailure.Refused, late.Failure);
        Assert.IsTrue(system.Legacy.Capture);
        Assert.AreEqual((3L, 3L, 3L), (proxy.States.Of("catalog").Epoch, system.Legacy.Epoch, system.Service.Epoch));
    }

    [TestMethod]
    public async Task Syncing_ASecondTime_FlowsAtAnEpochOfItsOwn()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Syncing);
        var first = proxy.States.Of("catalog").Epoch;
        await proxy.Machine.RollbackAsync("catalog", Stage.Legacy, null, CancellationToken.None);
        await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(Stage.Syncing), CancellationToken.None);
        var state = proxy.States.Of("catalog");
        Assert.AreEqual((Stage.Syncing, first + 1), (state.Stage, state.Epoch));
        Assert.AreEqual((first + 1, first + 1), (system.Legacy.Epoch, system.Service.Epoch));
        Assert.IsTrue(system.Legacy.Capture);

        // What a coordinator that stood still since the first time would say now.
        var late = await Assert.ThrowsExactlyAsync<SideException>(() => proxy.Get<SideClient>().CaptureAsync("catalog", Side.Legacy, enabled: false, first, first, CancellationToken.None));
        Assert.AreEqual(SideFailure.Refused, late.Failure);
        Assert.IsTrue(system.Legacy.Capture);
    }
}
