using Strangler.Evidence;
using Strangler.Plan;
using Strangler.Stages.Gates;

namespace Strangler.Tests.Stages;

[TestClass]
public sealed class ComparisonGateTests
{
    private static readonly PlannedEndpoint Read = new("catalog.read", "GET", "/read", false);
    private static readonly PlannedEndpoint Write = new("catalog.write", "POST", "/write", true);

    [TestMethod]
    [DataRow(20, 0.999, 20, 0, true)]
    [DataRow(20, 0.999, 19, 0, false)]
    [DataRow(20, 0.999, 20, 1, false)]
    [DataRow(20, 0.9, 19, 1, false, DisplayName = "95 % match, but 20 with one mismatch prove less than 20 without")]
    [DataRow(20, 0.9, 98, 2, true)]
    [DataRow(3000, 0.999, 2999, 1, false, DisplayName = "The lower bound of one in 3,000 is below 0.999")]
    [DataRow(3000, 0.999, 3000, 0, true)]
    [DataRow(0, 0.999, 0, 0, true)]
    public void MatchRate_MustBeHighAndCertain(int least, double rate, int matches, int mismatches, bool met)
    {
        var ledger = Counted(Read, (matches, mismatches, 200));
        Assert.AreEqual(met, Met(ledger, Read, new GateLimits { MinimumComparisons = least, MinimumMatchRate = rate }), Text(ledger, Read, least, rate));
    }

    [TestMethod]
    public void StatusClass_WithMismatchesOfItsOwn_IsNotHiddenByTheOthers()
    {
        var ledger = Counted(Read, (5000, 0, 200), (97, 3, 404));
        var unmet = Of(ledger, Read, new GateLimits { MinimumComparisons = 50, MinimumMatchRate = 0.99 }).Single(static c => !c.Met);
        Assert.AreEqual("match rate of catalog.read, 4xx", unmet.Name);
        StringAssert.StartsWith(unmet.Measured, "0.97 (97 of 100)");
    }

    [TestMethod]
    public void StatusClass_SeenNowAndThen_MustOnlyNotDiffer()
    {
        Assert.IsTrue(Met(Counted(Read, (500, 0, 200), (2, 0, 404)), Read, new GateLimits()));
        Assert.IsFalse(Met(Counted(Read, (500, 0, 200), (2, 1, 404)), Read, new GateLimits()));
    }

    [TestMethod]
    public void QuietEndpoint_ReplayedRequests_FillTheCountAndAreShownApart()
    {
        var ledger = Counted(Read, (12, 0, 200));
        for (var i = 0; i < 8; i++) ledger.CountReplayed(Read.Id, ComparisonClass.Match, 200);
        var conditions = Of(ledger, Read, new GateLimits { MinimumComparisons = 20 });
        Assert.IsTrue(conditions.All(static c => c.Met));
        Assert.AreEqual("20 (12 live, 8 replayed)", conditions[0].Measured);
        Assert.AreEqual(12, ledger.Of(Read.Id).Compared, "The classes add up to the mirrored requests");
    }

    [TestMethod]
    public void WritingEndpoint_WhateverItsDryRunsAre_DoesNotBlockForEver()
    {
        Assert.IsEmpty(Of(Counted(Write), Write, new GateLimits()));
        Assert.IsFalse(Met(Counted(Write, (9, 1, 200)), Write, new GateLimits()), "What was compared must match, asked for or not");
        Assert.IsTrue(Met(Counted(Write, (9, 0, 200)), Write, new GateLimits()));

        var asked = new GateLimits { MinimumDryRuns = 10 };
        Assert.IsFalse(Met(Counted(Write, (9, 0, 200)), Write, asked));
        Assert.IsFalse(Met(Counted(Write), Write, asked));
        var unsupported = Counted(Write);
        unsupported.Count(Write.Id, ComparisonClass.Unsupported);
        StringAssert.Contains(Of(unsupported, Write, asked).Single(static c => c.Met).Measured, "supports none");
        var late = Counted(Write);
        late.Count(Write.Id, ComparisonClass.Lag);
        Assert.IsFalse(Met(late, Write, asked), "More traffic brings dry runs that are in time");
    }

    [TestMethod]
    public void Endpoint_WaivedInThePlan_IsShownWithItsReason()
    {
        var condition = Of(Counted(Read), Read with { Waived = "answers a random number" }, new GateLimits()).Single();
        Assert.AreEqual((true, "waived: answers a random number"), (condition.Met, condition.Measured));
    }

    private static EvidenceLedger Counted(PlannedEndpoint endpoint, params (int Matches, int Mismatches, int Status)[] counts)
    {
        var ledger = new EvidenceLedger(TimeProvider.System);
        foreach (var (matches, mismatches, status) in counts)
        {
            for (var i = 0; i < matches; i++) ledger.Count(endpoint.Id, ComparisonClass.Match, status);
            for (var i = 0; i < mismatches; i++) ledger.Count(endpoint.Id, ComparisonClass.Mismatch, status);
        }

        return ledger;
    }

    private static IReadOnlyList<Condition> Of(EvidenceLedger ledger, PlannedEndpoint endpoint, GateLimits gates) =>
        ComparisonConditions.Of(new PlannedModule("catalog", [], DataMode.Synced, [endpoint], CompareRules.Exact, gates), endpoint, ledger.Of(endpoint.Id));

    private static bool Met(EvidenceLedger ledger, PlannedEndpoint endpoint, GateLimits gates) => Of(ledger, endpoint, gates).All(static c => c.Met);

    private static string Text(EvidenceLedger ledger, PlannedEndpoint endpoint, int least, double rate) =>
        string.Join('\n', Of(ledger, endpoint, new GateLimits { MinimumComparisons = least, MinimumMatchRate = rate }).Select(static c => c.Sentence));
}
