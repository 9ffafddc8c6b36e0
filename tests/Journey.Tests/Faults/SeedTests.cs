using Faults.Scheduling;

namespace Journey.Tests.Faults;

/// <summary>A few seeds of the long campaign (see tests/Faults).</summary>
[TestClass, DoNotParallelize]
public sealed class SeedTests
{
    [TestMethod]
    public void Schedule_SameSeed_SameFaults()
    {
        for (var seed = 1; seed <= 200; seed++) Assert.AreEqual(Scheduler.Of(seed).ToString(), Scheduler.Of(seed).ToString());
        Assert.HasCount(200, Enumerable.Range(1, 200).Select(static seed => Scheduler.Of(seed).ToString()).Distinct());
    }

    [TestMethod]
    public void Schedules_Of200Seeds_HitEveryProcessAtEveryPointBothWays()
    {
        var rounds = Enumerable.Range(1, 200).SelectMany(static seed => Scheduler.Of(seed).Rounds).ToList();
        var missing =
            from point in Scheduler.Points.Concat(Scheduler.AbortPoints)
            from victim in new[] { "coordinator", "legacy", "service", "bystander" }
            from forward in new[] { true, false }
            where !rounds.Any(r => r.Forward == forward && r.Faults.Any(f => f.Point == point && f.Victim == victim))
            select $"{victim} at {point} {(forward ? "there" : "back")}";
        Assert.IsEmpty(missing.ToList(), string.Join(", ", missing));
    }

    [TestMethod]
    [Timeout(300_000)]
    [DataRow(3)]
    [DataRow(7)]
    public Task Seed_Runs_BreaksNoPromise(int seed) => FaultRuns.AssertHoldsAsync(Scheduler.Of(seed), switches: 1);
}
