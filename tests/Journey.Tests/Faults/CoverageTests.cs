using Faults.Campaigns;
using Faults.Scheduling;

namespace Journey.Tests.Faults;

[TestClass]
public sealed class CoverageTests
{
    private static readonly Cell _there = new("Kill legacy", "switch.fenced", true);
    private static readonly Cell _back = _there with { Forward = false };

    [TestMethod]
    public void Table_CountsSeedsThereAndBack()
    {
        var table = Coverage.Table([[_there, _there, _back], [_there]]);
        var row = table.Split('\n').Single(static line => line.StartsWith("Kill legacy", StringComparison.Ordinal));
        CollectionAssert.AreEqual(new[] { "Kill", "legacy", "-", "-", "2/1", "-", "-", "-", "-", "-", "-", "-", "-" }, row.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [TestMethod]
    public void Missing_NamedButNeverDone_IsSaid()
    {
        var report = new SeedReport(1, "", 0, 0, 0, 0, 0, 0, 0, [], [_there, _back], [_there], null);
        StringAssert.Contains(Coverage.Missing([report]), "(1): Kill legacy at switch.fenced back");
        StringAssert.Contains(Coverage.Missing([report with { Reached = [_there, _back] }]), "really done");
    }

    [TestMethod]
    [DataRow("run", "--seeds", "0")]
    [DataRow("run", "--database", "oracle")]
    [DataRow("run", "--break")]
    [DataRow("list", "--parallel", "4")]
    [DataRow("jump")]
    public void Options_NotUnderstood_AreRefused(params string[] args) => Assert.IsNotNull(FaultOptions.Read(args, out _));

    [TestMethod]
    public void Options_OneSeed_IsRunAlone()
    {
        Assert.IsNull(FaultOptions.Read(["run", "--seed", "17"], out var options));
        CollectionAssert.AreEqual(new[] { 17 }, options.SeedNumbers.ToList());
    }
}
