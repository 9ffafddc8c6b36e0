using Strangler.Evidence;
using Strangler.Stages;
using Strangler.Stages.Background;
using Strangler.Stages.Switching;
using TestKit;
using TestKit.Databases;

namespace Strangler.Tests.Stages;

/// <summary>Steps under bad conditions: callers that hang up, sides that have lost something, other modules that are stuck.</summary>
[TestClass]
public sealed class HostileStepTests
{
    private static readonly AdvanceRequest Forced = new(Force: true, Reason: "test");

    [TestMethod]
    [DataRow(TestDatabase.Sqlite)]
    [DataRow(TestDatabase.PostgreSql)]
    [DataRow(TestDatabase.SqlServer)]
    public async Task Retire_CallerHangsUpHalfWay_IsEnded(string provider)
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var proxy = await system.AtAsync(Stage.Extracted);
        await proxy.Get<Strangler.Admin.SideTasks>().DetachAsync("catalog", true, CancellationToken.None);
        using var caller = new CancellationTokenSource();
        system.Legacy.Fault = call =>
        {
            if (call == "retire") caller.Cancel();
            return null;
        };
        await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(), caller.Token);
        CollectionAssert.Contains(system.Service.Calls, "retire 2");
        Assert.AreEqual(Stage.Retired, proxy.States.Of("catalog").Stage);
    }

    [TestMethod]
    public async Task Force_NotDetached_DoesNotRetire()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Extracted);
        var outcome = await proxy.Machine.AdvanceAsync("catalog", Forced, CancellationToken.None);
        Assert.IsTrue(outcome.Refused, "The legacy's other modules would read tables that nobody writes any more");
        Assert.AreNotEqual("retired", system.Legacy.State);
    }

    [TestMethod]
    [DataRow(Stage.Syncing)]
    [DataRow(Stage.Shadow)]
    [DataRow(Stage.Canary)]
    public async Task Force_ChangesAreNotCaptured_DoesNotGoOn(Stage stage)
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(stage);
        system.Legacy.StopCapture();
        var outcome = await proxy.Machine.AdvanceAsync("catalog", Forced, CancellationToken.None);
        Assert.IsTrue(outcome.Refused);
        Assert.Contains("capture", outcome.Conditions.Where(c => !c.Met).Select(c => c.Name));
        Assert.AreEqual(stage, proxy.States.Of("catalog").Stage);
    }

    [TestMethod]
    public async Task Rollback_ServiceDoesNotCapture_IsRefused()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Extracted);
        system.Service.StopCapture();
        Assert.IsTrue((await proxy.Machine.RollbackAsync("catalog", Stage.Legacy, null, CancellationToken.None)).Refused);
        Assert.IsTrue(system.Service.IsOwner);
    }

    [TestMethod]
    public async Task Rollback_BecauseOfServiceErrors_LetsTheCanaryBeginAnew()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Canary);
        var ledger = proxy.Get<EvidenceLedger>();
        ledger.Served("catalog.read", Side.Service, 500);
        ledger.Keep(new Mismatch("catalog.read", DateTimeOffset.UnixEpoch, "GET", "/read", 200, 500, "", "", "status"));
        await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(Percent: 10), CancellationToken.None);
        Assert.IsTrue((await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(Percent: 50), CancellationToken.None)).Refused);

        await proxy.Machine.RollbackAsync("catalog", Stage.Shadow, null, CancellationToken.None);
        Assert.HasCount(1, ledger.MismatchesOf("catalog.read"));
        await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(), CancellationToken.None);
        Assert.IsFalse((await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(Percent: 50), CancellationToken.None)).Refused);
    }

    [TestMethod]
    [DataRow(Stage.Syncing, Stage.Legacy)]
    [DataRow(Stage.Shadow, Stage.Syncing)]
    [DataRow(Stage.Canary, Stage.Legacy)]
    [DataRow(Stage.Extracted, Stage.Canary)]
    [DataRow(Stage.Extracted, Stage.Syncing)]
    public async Task Rollback_FromAStage_IsSettledAndGoesForwardAgain(Stage from, Stage to)
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(from);
        Assert.AreEqual(to, (await proxy.Machine.RollbackAsync("catalog", to, null, CancellationToken.None)).To);
        Assert.IsTrue(system.Legacy.IsOwner);
        Assert.AreEqual(to != Stage.Legacy, system.Legacy.Capture);
        Assert.AreEqual(Stage.Extracted, (await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(Stage.Extracted), CancellationToken.None)).To);
        await system.AssertSettledAsync(proxy, Side.Service, 2);
    }

    [TestMethod]
    public async Task Refresh_StateFileLostAfterRetirement_IsRetired()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Extracted);
        await proxy.Get<Strangler.Admin.SideTasks>().DetachAsync("catalog", true, CancellationToken.None);
        await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(), CancellationToken.None);
        var fresh = system.Join(null, ("Strangler:State", system.StateFile + ".new"));
        await fresh.Get<IOwnerRefresh>().RefreshAsync("catalog", CancellationToken.None);
        Assert.AreEqual(Stage.Retired, fresh.States.Of("catalog").Stage);
    }

    [TestMethod]
    public async Task Step_OwnerIsFencedAndNoSwitchIsOpen_IsOpenedAgainOnceBothAnswer()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Canary);
        system.Legacy.Restart("fenced", 1);
        system.Service.Fault = _ => "down";
        await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(Percent: 9), CancellationToken.None);
        Assert.IsFalse(system.Legacy.IsOwner, "The side that does not answer may be owner");
        system.Service.Fault = _ => null;
        await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(Percent: 8), CancellationToken.None);
        await system.AssertSettledAsync(proxy, Side.Legacy, 2);
        Assert.AreEqual((Stage.Canary, 8), (proxy.States.Of("catalog").Stage, proxy.States.Of("catalog").CanaryPercent));
    }

    [TestMethod]
    public async Task Watch_OwnerIsFencedAndNoSwitchIsOpen_IsOpenedAgain()
    {
        await using var system = await SwitchSystem.StartAsync();
        await system.AtAsync(Stage.Extracted);
        system.Service.Restart("fenced", 2);
        var watching = system.Join(null, ("Strangler:Stages:WatchInterval", "00:00:00.050"));
        await watching.StartAsync<StateRefresher>();
        await watching.StartAsync<SideWatch>();
        await Eventually.TrueAsync(() => watching.States.Of("catalog").Epoch == 3);
        await system.AssertSettledAsync(watching, Side.Service, 3);
        Assert.AreEqual(Stage.Extracted, watching.States.Of("catalog").Stage);
    }

    [TestMethod]
    public async Task Resumer_AnotherModulesSwitchIsStuckAlready_EndsThisOne()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Canary);
        await BeginStuckAsync(proxy);
        var second = system.Join(null, ("Strangler:Stages:AnswerLimit", "00:10:00"));
        await second.StartAsync<SwitchResumer>();
        await Eventually.TrueAsync(async () => (await second.Store.OpenSwitchAsync("absent", CancellationToken.None))!.Phase == SwitchPhase.Reopening);
        await Assert.ThrowsExactlyAsync<SimulatedCrashException>(() => system.Join(new CrashAt("switch.fenced")).Machine.AdvanceAsync("catalog", Forced with { To = Stage.Extracted }, CancellationToken.None));
        await Eventually.TrueAsync(async () => await second.Store.OpenSwitchAsync("catalog", CancellationToken.None) is null);
        await system.AssertSettledAsync(second, Side.Service, 2);
    }

    [TestMethod]
    public async Task Resumer_AnotherModulesSwitchCannotEnd_EndsThisOne()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Canary);
        await BeginStuckAsync(proxy);
        await Assert.ThrowsExactlyAsync<SimulatedCrashException>(() => system.Join(new CrashAt("switch.fenced")).Machine.AdvanceAsync("catalog", Forced with { To = Stage.Extracted }, CancellationToken.None));

        var second = system.Join(null, ("Strangler:Stages:AnswerLimit", "00:10:00"));
        await second.StartAsync<SwitchResumer>();
        await Eventually.TrueAsync(async () => await second.Store.OpenSwitchAsync("catalog", CancellationToken.None) is null);
        await system.AssertSettledAsync(second, Side.Service, 2);
        Assert.IsNotNull(await second.Store.OpenSwitchAsync("absent", CancellationToken.None));
    }

    private static Task BeginStuckAsync(SwitchSystem.Proxy proxy) => proxy.Store.BeginSwitchAsync(
        new SwitchEntry(0, "absent", Side.Service, Side.Legacy, 1, 2, SwitchPhase.Fencing, 0, new Dictionary<string, long>(), Stage.Shadow, 0, 0, TimeProvider.System.GetUtcNow(), null, null),
        ModuleState.Initial("absent") with { Switching = true, Owner = Side.Service, Version = 1 }, CancellationToken.None);
}
