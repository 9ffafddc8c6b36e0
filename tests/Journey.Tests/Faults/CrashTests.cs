using Faults.Running;
using Faults.Scheduling;

namespace Journey.Tests.Faults;

/// <summary>kill -9 of a real process at each named line of a switch, there and back, under traffic. Named by the point of the crash.</summary>
[TestClass, DoNotParallelize]
public sealed class CrashTests
{
    [TestMethod]
    [Timeout(300_000)]
    [DataRow("switch.held")]
    [DataRow("switch.fence-answered")]
    [DataRow("switch.fenced")]
    [DataRow("switch.drain-answered")]
    [DataRow("switch.drained")]
    [DataRow("switch.opened")]
    [DataRow("switch.published")]
    [DataRow("switch.followed")]
    public Task Coordinator_DiesAtLine_TheOtherProxyEndsTheSwitch(string point) => FaultRuns.AssertHoldsAsync(Of(Kill(point, "coordinator"), Kill(point, "coordinator")), switches: 2);

    [TestMethod]
    [Timeout(300_000)]
    public Task Sides_DieAsOldAndAsNewOwner_ComeBackAndLoseNothing() => FaultRuns.AssertHoldsAsync(
        Of(Kill("switch.held", "legacy"), Kill("switch.drained", "legacy"), Kill("switch.drained", "service"), Kill("switch.fenced", "service")), switches: 3);

    [TestMethod]
    [Timeout(300_000)]
    [DataRow("switch.aborting")]
    [DataRow("switch.reopened")]
    public Task Coordinator_DiesWhileItAborts_TheOldOwnerGoesOn(string point)
    {
        var cut = Fault.Of(FaultKind.Cut, "switch.held", "wire", TimeSpan.FromSeconds(4));
        return FaultRuns.AssertHoldsAsync(new Schedule(1, new ShopSetting(), [new Round(true, 0, [cut, Kill(point, "coordinator")])]), switches: 1);
    }

    [TestMethod]
    [Timeout(300_000)]
    public Task Owner_StandsStillSinceItWasDrained_WakesAsNobody() => FaultRuns.AssertHoldsAsync(
        Of(Pause("switch.drained", "legacy"), Pause("switch.drained", "service")), switches: 2);

    [TestMethod]
    [Timeout(300_000)]
    public Task Coordinator_StandsStillUntilItsLeaseIsTaken_WakesAsNobody() => FaultRuns.AssertHoldsAsync(
        Of(Pause("switch.fenced", "coordinator"), Pause("switch.drained", "coordinator")), switches: 2);

    private static Fault Kill(string point, string victim) => Fault.Of(FaultKind.Kill, point, victim, TimeSpan.Zero);

    private static Fault Pause(string point, string victim) => Fault.Of(FaultKind.Pause, point, victim, TimeSpan.FromSeconds(1.5));

    private static Schedule Of(params Fault[] faults) => new(1, new ShopSetting(), [.. faults.Select(static (fault, i) => new Round(i % 2 == 0, i % 2, [fault]))]);
}
