using Strangler.Stages;
using TestKit;
using TestKit.Databases;

namespace Strangler.Tests.Stages;

/// <summary>Defects that other systems' switches have had, as far as no other class holds the test: see docs/bugs-of-others.md for all of them and where they are known from.</summary>
public abstract class BugsOfOthersTests(string provider)
{
    private static readonly AdvanceRequest Extract = new(Stage.Extracted, Force: true, Reason: "test");

    [TestMethod, BugOfOthers(2)]
    public async Task Switch_ToASideThatHasLostItsData_IsRefusedBeforeAnyWriteIsHeld()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var proxy = await system.AtAsync(Stage.Canary);
        // Its database was made anew; nothing is pending, and it answers its health check.
        system.Service.Restart("follower", 0);
        await AssertRefusedAsync(system, proxy, "lost its data");
    }

    [TestMethod, BugOfOthers(2)]
    public async Task Switch_ToALaggingSide_IsRefusedBeforeAnyWriteIsHeld()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var proxy = await system.AtAsync(Stage.Canary);
        system.Legacy.Holds = true;
        Assert.IsTrue(await system.Legacy.WriteAsync("not there yet"));
        await AssertRefusedAsync(system, proxy, "under way");
        system.Legacy.Release();
        Assert.AreEqual(Stage.Extracted, (await proxy.Machine.AdvanceAsync("catalog", Extract, CancellationToken.None)).To);
    }

    [TestMethod, BugOfOthers(5)]
    public async Task Abort_GivesTheModulesLeaseBack_AndAnotherProxySwitchesAtOnce()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        await system.AtAsync(Stage.Canary);
        var proxy = system.Join(null, ("Strangler:Stages:LeaseDuration", "00:30:00"));
        system.Legacy.Fault = call => call == "fence" ? "cut" : null;
        await Assert.ThrowsExactlyAsync<SwitchAbortedException>(() => proxy.Machine.AdvanceAsync("catalog", Extract, CancellationToken.None));
        system.Legacy.Fault = _ => null;
        var another = system.Join();
        Assert.AreEqual(Stage.Extracted, (await another.Machine.AdvanceAsync("catalog", Extract, CancellationToken.None)).To);
        await system.AssertSettledAsync(another, Side.Service, 3);
    }

    private static async Task AssertRefusedAsync(SwitchSystem system, SwitchSystem.Proxy proxy, string why)
    {
        var outcome = await proxy.Machine.AdvanceAsync("catalog", Extract, CancellationToken.None);
        Assert.IsTrue(outcome.Refused);
        StringAssert.Contains(string.Join(" ", outcome.Unmet), why);
        CollectionAssert.DoesNotContain(system.Legacy.Calls, "fence 1");
        Assert.IsFalse(proxy.States.Of("catalog").Switching);
        Assert.IsTrue(await system.Legacy.WriteAsync("goes on"));
    }
}

[TestClass]
public sealed class SqliteBugsOfOthersTests() : BugsOfOthersTests(TestDatabase.Sqlite);

[TestClass]
public sealed class PostgreSqlBugsOfOthersTests() : BugsOfOthersTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class SqlServerBugsOfOthersTests() : BugsOfOthersTests(TestDatabase.SqlServer);
