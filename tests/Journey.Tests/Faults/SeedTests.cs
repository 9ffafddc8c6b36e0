using Faults.Scheduling;
using TestKit.Databases;

namespace Journey.Tests.Faults;

/// <summary>One seed of the long campaign (see tests/Faults), and what the campaign comes to.</summary>
[TestClass, DoNotParallelize]
public sealed class SeedTests
{
    private const int Campaign = 200;

    [TestMethod]
    public void Schedule_SameSeed_SameFaults()
    {
        for (var seed = 1; seed <= Campaign; seed++) Assert.AreEqual(Scheduler.Of(seed).ToString(), Scheduler.Of(seed).ToString());
        Assert.HasCount(Campaign, Enumerable.Range(1, Campaign).Select(static seed => Scheduler.Of(seed).ToString()).Distinct());
    }

    [TestMethod]
    [DataRow(TestDatabase.Sqlite)]
    [DataRow(TestDatabase.PostgreSql)]
    public void Schedules_Of200Seeds_HaveEveryFaultAtEveryLineBothWays(string database)
    {
        var covered = Enumerable.Range(1, Campaign).SelectMany(seed => Scheduler.Of(seed, database).Cells()).ToHashSet();
        var atLines =
            from point in Scheduler.Points.Concat(Scheduler.AbortPoints)
            from what in new[] { FaultKind.Kill, FaultKind.Pause }
            from victim in new[] { "coordinator", "legacy", "service", "bystander" }
            select (What: $"{what} {victim}", Point: point);
        string[] anywhere = ["Cut wire", .. Enum.GetValues<global::Faults.Wire.WireFault>().Skip(1).Select(static fault => $"Wire {fault}"), "Echo", .. Clocks()];
        var expected = atLines.Concat(anywhere.Select(static what => (What: what, Point: what == "Cut wire" ? "switch.held" : "")));
        var missing = expected.SelectMany(static cell => new[] { new Cell(cell.What, cell.Point, true), new Cell(cell.What, cell.Point, false) }).Where(cell => !covered.Contains(cell)).ToList();
        missing.AddRange(
            from fault in Scheduler.OfDatabases(database)
            from forward in new[] { true, false }
            where !covered.Any(c => c.What == $"{fault.Kind} {fault.Victim}" && c.Forward == forward && c.Point.Length > 0)
                || !covered.Any(c => c.What == $"{fault.Kind} {fault.Victim}" && c.Forward == forward && c.Point.Length == 0)
            select new Cell($"{fault.Kind} {fault.Victim}", "?", forward));
        Assert.IsEmpty(missing, string.Join(", ", missing));

        static IEnumerable<string> Clocks() =>
            from process in new[] { "legacy", "service", "proxy-a", "proxy-b" }
            from way in new[] { "ahead", "behind" }
            select $"Clock {process} {way}";
    }

    [TestMethod]
    [Timeout(900_000)]
    public Task Seed_Runs_BreaksNoPromise() => FaultRuns.AssertHoldsAsync(Scheduler.Of(3), switches: 1);
}
