using Faults.Running;
using Faults.Scheduling;
using Faults.Wire;

namespace Journey.Tests.Faults;

/// <summary>The harness can fail: with a safeguard taken away it sees the damage.</summary>
[TestClass, DoNotParallelize]
public sealed class BrokenSafeguardTests
{
    private const int MostSeeds = 8;

    [TestMethod]
    [Timeout(1_800_000)]
    [DataRow("Fence", "one owner")]
    [DataRow("Epoch", "acknowledged write lost")]
    [DataRow("Acknowledgement", "acknowledged write lost")]
    public async Task Safeguard_IsTakenAway_TheDamageIsFound(string safeguard, string rule)
    {
        var found = new List<string>();
        for (var seed = 1; seed <= MostSeeds; seed++)
        {
            var report = await FaultRuns.RunAsync(new Schedule(seed, new ShopSetting { Break = safeguard }, [ThereOrBack(true), ThereOrBack(false)]));
            if (report.Kept is not null) Directory.Delete(report.Kept, recursive: true);
            found.AddRange(report.Violations.Select(static v => v.Rule));
            if (found.Contains(rule)) return;
        }

        Assert.Fail($"Without {safeguard}, {MostSeeds} seeds found only: {string.Join(", ", found.Distinct())}");
    }

    private static Round ThereOrBack(bool forward) => new(
        forward, 0, [new Fault(FaultKind.Wire, "", "wire", TimeSpan.Zero, [WireFault.Drop, WireFault.Repeat], 50), Fault.Of(FaultKind.Echo, "", "", TimeSpan.Zero)]);
}
