using Strangler.Stages;
using Strangler.Stages.Background;
using TestKit;
using TestKit.Databases;

namespace Strangler.Tests.Stages;

/// <summary>The ownership switch, whatever the database of the proxies' state.</summary>
public abstract class OwnershipSwitchTests(string provider)
{
    public static IEnumerable<object[]> Lines =>
        from point in new[] { "switch.held", "switch.fence-answered", "switch.fenced", "switch.drain-answered", "switch.drained", "switch.opened", "switch.published", "switch.followed" }
        from forward in new[] { true, false }
        select new object[] { point, forward };

    [TestMethod, BugOfOthers(3)]
    [DynamicData(nameof(Lines))]
    public async Task Coordinator_DiesAtLine_AnotherEndsTheSwitch(string point, bool forward)
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        await system.AtAsync(forward ? Stage.Canary : Stage.Extracted);
        var before = forward ? 1 : 2;
        var crash = new CrashAt(point);
        var dying = system.Join(crash);
        await Assert.ThrowsExactlyAsync<SimulatedCrashException>(() => forward
            ? dying.Machine.AdvanceAsync("catalog", new AdvanceRequest(Stage.Extracted, Force: true, Reason: "test"), CancellationToken.None)
            : dying.Machine.RollbackAsync("catalog", Stage.Shadow, null, CancellationToken.None));

        var second = system.Join();
        await second.StartAsync<SwitchResumer>();
        await Eventually.TrueAsync(async () => await second.Store.OpenSwitchAsync("catalog", CancellationToken.None) is null, what: "The journal is closed");
        await system.AssertSettledAsync(second, forward ? Side.Service : Side.Legacy, before + 1);
        Assert.AreEqual(forward ? Stage.Extracted : Stage.Shadow, second.States.Of("catalog").Stage);
    }

    [TestMethod, BugOfOthers(3), BugOfOthers(4)]
    public async Task Switch_DrainExceedsItsLimit_OldOwnerWritesAgainAtANewEpoch()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var proxy = await system.AtAsync(Stage.Canary);
        // A change that arrives after the preflight has looked and then stays.
        system.Legacy.Fault = LateWrite(system);

        var error = await Assert.ThrowsExactlyAsync<SwitchAbortedException>(() => Extract(proxy));
        StringAssert.Contains(error.Message, "had not applied everything");
        Assert.IsTrue(system.Legacy.IsOwner);
        Assert.IsFalse(proxy.States.Of("catalog").Switching);
        Assert.AreEqual(Stage.Canary, proxy.States.Of("catalog").Stage);
        system.Legacy.Release();
        await system.AssertSettledAsync(proxy, Side.Legacy, 2);

        var again = await Extract(proxy);
        Assert.AreEqual(Stage.Extracted, again.To);
        await system.AssertSettledAsync(proxy, Side.Service, 3);
    }

    [TestMethod]
    public async Task Switch_FenceFailsForAWhile_NoLateFenceCanTakeTheOwnerAway()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var proxy = await system.AtAsync(Stage.Canary);
        var fences = 0;
        system.Legacy.Fault = call => call == "fence" && Interlocked.Increment(ref fences) <= 3 ? "500" : null;
        await Assert.ThrowsExactlyAsync<SwitchAbortedException>(() => Extract(proxy));
        // Whether one of the failed fences is still to come cannot be known; at the new epoch it would be refused.
        await system.AssertSettledAsync(proxy, Side.Legacy, 2);
    }

    [TestMethod]
    public async Task Switch_FenceIsRefused_OldOwnerWritesAgain()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var proxy = await system.AtAsync(Stage.Canary);
        system.Legacy.Fault = call => call == "fence" ? "409" : null;
        await Assert.ThrowsExactlyAsync<SwitchAbortedException>(() => Extract(proxy));
        // The fence never took: it is still owner, and the epoch that it has is good.
        await system.AssertSettledAsync(proxy, Side.Legacy, 1);
        system.Legacy.Fault = _ => null;
        Assert.AreEqual(Stage.Extracted, (await Extract(proxy)).To);
    }

    [TestMethod, BugOfOthers(3)]
    public async Task Switch_FenceAnswerIsLost_OldOwnerWritesAgainAtANewEpoch()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var proxy = await system.AtAsync(Stage.Canary);
        system.Legacy.Fault = call => call == "fence" ? "cut" : null;
        await Assert.ThrowsExactlyAsync<SwitchAbortedException>(() => Extract(proxy));
        await system.AssertSettledAsync(proxy, Side.Legacy, 2);
    }

    [TestMethod]
    public async Task Switch_OpenAnswerIsLost_GoesForward()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var proxy = await system.AtAsync(Stage.Canary);
        var lost = 0;
        system.Service.Fault = call => call == "open" && Interlocked.Increment(ref lost) == 1 ? "cut" : null;
        var outcome = await Extract(proxy);
        Assert.AreEqual(Stage.Extracted, outcome.To);
        await system.AssertSettledAsync(proxy, Side.Service, 2);
    }

    [TestMethod, BugOfOthers(3)]
    public async Task Switch_NewOwnerCannotOpen_OldOwnerReturnsAndALateOpeningIsRefused()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var proxy = await system.AtAsync(Stage.Canary);
        system.Service.Fault = call => call == "open" ? "500" : null;
        await Assert.ThrowsExactlyAsync<SwitchAbortedException>(() => Extract(proxy));
        system.Service.Fault = _ => null;
        await system.AssertSettledAsync(proxy, Side.Legacy, 3);

        using var late = new HttpRequestMessage(HttpMethod.Post, new Uri(system.Service.Address, "/_sync/modules/catalog/open"));
        late.Headers.Add("Strangler-Key", FakeSide.Key);
        late.Content = new StringContent("""{"epoch":2,"keys":{},"capture":true}""");
        using var answer = await system.Service.Client.SendAsync(late);
        Assert.AreEqual(409, (int)answer.StatusCode);
    }

    [TestMethod]
    public async Task Switch_OpeningIsRefused_TheSameOpeningRepeatedLaterMakesNoSecondOwner()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var proxy = await system.AtAsync(Stage.Canary);
        system.Service.Fault = call => call == "open" ? "409" : null;
        await Assert.ThrowsExactlyAsync<SwitchAbortedException>(() => Extract(proxy));
        system.Service.Fault = _ => null;
        // All that it was ever told: to follow, to open, to follow.
        for (var number = 0; number < 3; number++) system.Service.DoEarlier(number);
        await system.AssertSettledAsync(proxy, Side.Legacy, 3);
    }

    [TestMethod]
    public async Task Switch_NewOwnerSilentAfterOpen_NobodyElseIsOpenedUntilItAnswers()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        await system.AtAsync(Stage.Canary);
        var proxy = system.Join(null, ("Strangler:Stages:AnswerLimit", "00:00:00.800"));
        var dead = false;
        // It opens, and from then on nothing is heard of it.
        system.Service.Fault = call => dead ? "down" : call == "open" && (dead = true) ? "cut" : null;
        await Assert.ThrowsExactlyAsync<Strangler.Stages.Switching.SwitchUnfinishedException>(() => Extract(proxy));
        Assert.IsFalse(system.Legacy.IsOwner);
        Assert.IsTrue(proxy.States.Of("catalog").Switching);

        await proxy.StartAsync<SwitchResumer>();
        dead = false;
        system.Service.Fault = _ => null;
        await Eventually.TrueAsync(async () => await proxy.Store.OpenSwitchAsync("catalog", CancellationToken.None) is null);
        await system.AssertSettledAsync(proxy, Side.Service, 2);
    }

    [TestMethod, BugOfOthers(3)]
    [DataRow("switch.aborting")]
    [DataRow("switch.reopened")]
    public async Task Coordinator_DiesWhileAborting_AnotherReopensTheOldOwner(string point)
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        await system.AtAsync(Stage.Canary);
        system.Legacy.Fault = call => call == "fence" ? "cut" : null;
        var dying = system.Join(new CrashAt(point));
        await Assert.ThrowsExactlyAsync<SimulatedCrashException>(() => Extract(dying));
        var second = system.Join();
        await second.StartAsync<SwitchResumer>();
        await Eventually.TrueAsync(async () => await second.Store.OpenSwitchAsync("catalog", CancellationToken.None) is null);
        await system.AssertSettledAsync(second, Side.Legacy, 2);
    }

    [TestMethod]
    public async Task Switch_ParkedChange_IsRefusedBeforeAnyWriteIsHeld()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var proxy = await system.AtAsync(Stage.Canary);
        system.Legacy.Parked = 1;
        var outcome = await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(Stage.Extracted, Force: true, Reason: "test"), CancellationToken.None);
        Assert.IsTrue(outcome.Refused);
        StringAssert.Contains(string.Join(" ", outcome.Unmet), "parked");
        CollectionAssert.DoesNotContain(system.Legacy.Calls, "fence 1");
    }

    [TestMethod]
    public async Task Switch_WritesUnderFire_NoneLostAndThePauseIsReported()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var proxy = await system.AtAsync(Stage.Canary);
        using var stop = new CancellationTokenSource();
        var acknowledged = new List<string>();
        var writer = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var owner = proxy.States.Of("catalog").Owner == Side.Legacy ? system.Legacy : system.Service;
                if (await owner.WriteAsync($"w{i}")) acknowledged.Add($"w{i}");
            }
        });
        for (var round = 0; round < 5; round++)
        {
            var there = await Extract(proxy);
            Assert.IsNotNull(there.PauseMilliseconds);
            var back = await proxy.Machine.RollbackAsync("catalog", Stage.Canary, null, CancellationToken.None);
            Assert.IsNotNull(back.PauseMilliseconds);
        }

        await stop.CancelAsync();
        await writer;
        Assert.IsNotEmpty(acknowledged);
        CollectionAssert.IsSubsetOf(acknowledged, system.Legacy.Values());
        CollectionAssert.IsSubsetOf(acknowledged, system.Service.Values());
        await system.AssertSettledAsync(proxy, Side.Legacy, 11);
    }

    private static Task<StepOutcome> Extract(SwitchSystem.Proxy proxy) =>
        proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(Stage.Extracted, Force: true, Reason: "test"), CancellationToken.None);

    private static Func<string, string?> LateWrite(SwitchSystem system) => call =>
    {
        if (call != "fence") return null;
        system.Legacy.Fault = _ => null;
        system.Legacy.Holds = true;
        system.Legacy.WriteAsync("late").GetAwaiter().GetResult();
        return null;
    };
}

[TestClass]
public sealed class SqliteOwnershipSwitchTests() : OwnershipSwitchTests(TestDatabase.Sqlite);

[TestClass]
public sealed class PostgreSqlOwnershipSwitchTests() : OwnershipSwitchTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class SqlServerOwnershipSwitchTests() : OwnershipSwitchTests(TestDatabase.SqlServer);
