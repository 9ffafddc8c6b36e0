using Faults.Running;
using Faults.Scheduling;

namespace Journey.Tests.Faults;

/// <summary>kill -9 and SIGSTOP of real processes at named lines of a switch, there and back, under traffic. The campaign of tests/Faults has all combinations.</summary>
[TestClass, DoNotParallelize]
public sealed class CrashTests
{
    [TestMethod]
    [Timeout(900_000)]
    public Task Coordinator_DiesAtEveryLine_TheOtherProxyEndsTheSwitch() =>
        FaultRuns.AssertHoldsAsync(Of([.. Scheduler.Points.Select(static point => Kill(point, "coordinator"))]), switches: Scheduler.Points.Count);

    [TestMethod]
    [Timeout(900_000)]
    public Task Sides_DieOrStandStillAsOldAndAsNewOwner_ComeBackAsNobodyAndLoseNothing() => FaultRuns.AssertHoldsAsync(
        Of(Kill("switch.held", "legacy"), Kill("switch.drained", "legacy"), Pause("switch.drained", "legacy"), Pause("switch.drained", "service")), switches: 4);

    [TestMethod]
    [Timeout(900_000)]
    public Task Coordinator_DiesOrStandsStillWhileItAborts_TheOldOwnerGoesOn()
    {
        var cut = Fault.Of(FaultKind.Cut, "switch.held", "wire", TimeSpan.Zero);
        return FaultRuns.AssertHoldsAsync(
            new Schedule(1, new ShopSetting(), [new Round(true, 0, [cut, Kill("switch.aborting", "coordinator")]), new Round(true, 1, [cut, Pause("switch.reopened", "coordinator")])]), switches: 2);
    }

    private static Fault Kill(string point, string victim) => Fault.Of(FaultKind.Kill, point, victim, TimeSpan.Zero);

    private static Fault Pause(string point, string victim) => Fault.Of(FaultKind.Pause, point, victim, TimeSpan.FromSeconds(1.5));

    private static Schedule Of(params Fault[] faults) => new(1, new ShopSetting(), [.. faults.Select(static (fault, i) => new Round(i % 2 == 0, i % 2, [fault]))]);
}
