using System.Text.Json.Nodes;
using Strangler.Evidence;
using Strangler.Stages;
using Strangler.Stages.Judging;
using TestKit;

namespace Strangler.Tests.Stages.Judging;

[TestClass]
public sealed class TakeBackTests
{
    private static readonly CanaryBreach Breach = new(
        BreachKind.Errors, CanaryFigures.All, DateTimeOffset.UnixEpoch, "The service fails more often.", new CanaryFigures(CanaryFigures.All, 5, new SideFigures(40, 0, 12), new SideFigures(40, 40, null), 0, 0));

    [TestMethod]
    public async Task Breach_SeenByTwoProxiesAtOnce_MakesOneRollback()
    {
        await using var system = await SwitchSystem.StartAsync();
        var first = await system.AtAsync(Stage.Canary);
        var second = system.Join();
        var version = first.States.Of("catalog").Version;
        var taken = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => TryAsync(i % 2 == 0 ? first : second, version)));
        Assert.AreEqual(1, taken.Count(static t => t));
        Assert.AreEqual(Stage.Shadow, (await first.Store.StateAsync("catalog", CancellationToken.None))!.State.Stage);
        var entry = (await first.Store.AuditLogAsync("catalog", 100, CancellationToken.None)).Single(static e => e.Action == "judged");
        Assert.AreEqual(("Canary 10%", "Shadow", Breach.Reason), (entry.From, entry.To, entry.Reason));
        var numbers = JsonNode.Parse(entry.Detail!)!;
        Assert.AreEqual(("Errors", 40), ((string?)numbers["kind"], (int)numbers["figures"]!["service"]!["failed"]!));

        async Task<bool> TryAsync(SwitchSystem.Proxy proxy, long judged)
        {
            try
            {
                return await proxy.Machine.TakeBackAsync("catalog", judged, Breach, CancellationToken.None);
            }
            catch (ModuleBusyException)
            {
                return false;
            }
        }
    }

    [TestMethod]
    public async Task Breach_OfAStateThatHasChanged_TakesNothingBack()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Canary);
        var judged = proxy.States.Of("catalog").Version;
        await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(Percent: 50), CancellationToken.None);
        Assert.IsFalse(await proxy.Machine.TakeBackAsync("catalog", judged, Breach, CancellationToken.None));
        Assert.AreEqual((Stage.Canary, 50), (proxy.States.Of("catalog").Stage, proxy.States.Of("catalog").CanaryPercent));
    }

    [TestMethod]
    public async Task Breach_WhileTheSidesDoNotAnswer_TakesTheReadsBackAllTheSame()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Canary);
        system.Legacy.Fault = static _ => "500";
        system.Service.Fault = static _ => "500";
        Assert.IsTrue(await proxy.Machine.TakeBackAsync("catalog", proxy.States.Of("catalog").Version, Breach, CancellationToken.None));
        Assert.AreEqual(Stage.Shadow, proxy.States.Of("catalog").Stage);
    }

    [TestMethod]
    public async Task Advance_AfterTheJudge_NeedsNewEvidenceOrForce()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Canary);
        var ledger = proxy.Get<EvidenceLedger>();
        for (var i = 0; i < 100; i++) ledger.Count("catalog.read", ComparisonClass.Match, 200);
        await proxy.Machine.TakeBackAsync("catalog", proxy.States.Of("catalog").Version, Breach, CancellationToken.None);

        var refused = await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(), CancellationToken.None);
        Assert.IsTrue(refused.Refused, "What was counted before says nothing against what the judge saw");
        StringAssert.Contains(refused.Unmet.Single(), "The service fails more often.");
        Assert.IsFalse((await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(Force: true, Reason: "mended"), CancellationToken.None)).Refused);

        await proxy.Machine.TakeBackAsync("catalog", proxy.States.Of("catalog").Version, Breach, CancellationToken.None);
        ledger.Count("catalog.read", ComparisonClass.Match, 200);
        Assert.AreEqual(Stage.Canary, (await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(), CancellationToken.None)).To);
    }

    [TestMethod]
    public async Task TakenBack_ByAnotherProxy_ForgetsTheEvidenceHereToo()
    {
        await using var system = await SwitchSystem.StartAsync();
        var first = await system.AtAsync(Stage.Canary);
        var second = system.Join();
        await second.StartAsync<Strangler.Stages.Background.StateRefresher>();
        await second.StartAsync<CanaryWatch>();
        var ledger = second.Get<EvidenceLedger>();
        ledger.Count("catalog.read", ComparisonClass.Match, 200);
        await first.Machine.TakeBackAsync("catalog", first.States.Of("catalog").Version, Breach, CancellationToken.None);
        await Eventually.TrueAsync(() => ledger.Of("catalog.read").Compared == 0);
    }
}
