using System.Globalization;
using Strangler.Evidence;

namespace Strangler.Tests.Mirroring.Seeded;

/// <summary>With <c>SEEDED_REQUESTS=10000</c> as many reads as the proof asks for, instead of what fits into a suite.</summary>
[TestClass]
public sealed class SeededTests
{
    private static readonly int Requests = int.TryParse(Environment.GetEnvironmentVariable("SEEDED_REQUESTS"), CultureInfo.InvariantCulture, out var asked) ? asked : 480;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task TwoOfTheSame_WithIdsAndTimesInTheirAnswers_AreNeverMismatches()
    {
        await using var pair = await SeededPair.StartAsync();
        await pair.ReadAsync(Requests, SeededShop.Targets);
        var totals = new Dictionary<ComparisonClass, long>();
        foreach (var id in SeededPair.Endpoints.Values)
        {
            var seen = pair.Ledger.Of(id);
            Assert.AreEqual(seen.TakenIn, seen.Compared);
            foreach (var (outcome, count) in seen.Counts) totals[outcome] = totals.GetValueOrDefault(outcome) + count;
            TestContext.WriteLine($"{id}: {string.Join(", ", seen.Counts.Where(static c => c.Value > 0).Select(static c => $"{c.Key} {c.Value}"))}; noise {string.Join(" | ", pair.Noise.Of(id).Select(static n => n.Pattern))}");
            foreach (var group in pair.Ledger.GroupsOf(id)) TestContext.WriteLine($"  {group.Kind} {group.Pattern}: {group.Example}");
        }

        Assert.AreEqual(Requests, totals.Values.Sum());
        Assert.AreEqual(0, totals[ComparisonClass.Mismatch]);
        Assert.AreEqual(Requests, totals[ComparisonClass.Match] + totals[ComparisonClass.Noise] + totals[ComparisonClass.Lag]);
        Assert.IsGreaterThan(Requests * 0.8, totals[ComparisonClass.Match]);
    }

    [TestMethod]
    public async Task Faults_OfEveryKind_AreFoundAndNamedByTheirPlace()
    {
        await using var pair = await SeededPair.StartAsync();
        await pair.ReadAsync(96, SeededShop.Targets);
        var missed = new List<string>();
        foreach (var fault in Faults.All)
        {
            var endpoint = SeededPair.Endpoints[fault.Target];
            pair.Ledger.Reset([endpoint]);
            pair.Service.Fault = fault;
            await pair.ReadAsync(3, fault.Target);
            pair.Service.Fault = null;
            var groups = pair.Ledger.GroupsOf(endpoint);
            var named = groups.FirstOrDefault(g => g.Pattern == fault.Path && g.Kind.ToString() == fault.Kind);
            TestContext.WriteLine($"{fault.Name}: {(named is null ? "NOT FOUND" : $"{named.Count} x {named.Kind} {named.Example.Path}, legacy {named.Example.Legacy}, service {named.Example.Service}")}");
            if (named?.Count != 3) missed.Add($"{fault.Name}: {string.Join("; ", groups.Select(static g => $"{g.Count} x {g.Kind} {g.Pattern}"))} {string.Join(", ", pair.Ledger.Of(endpoint).Counts.Where(static c => c.Value > 0))}");
        }

        Assert.IsGreaterThanOrEqualTo(20, Faults.All.Length);
        Assert.IsEmpty(missed, string.Join('\n', missed));
    }
}
