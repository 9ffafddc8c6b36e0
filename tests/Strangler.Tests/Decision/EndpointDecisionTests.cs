using Strangler.Decision;
using Strangler.Stages;

namespace Strangler.Tests.Decision;

[TestClass]
public sealed class EndpointDecisionTests
{
    private static readonly Stage[] Stages = Enum.GetValues<Stage>();

    [TestMethod]
    [DataRow(Stage.Legacy, Side.Legacy)]
    [DataRow(Stage.Syncing, Side.Legacy)]
    [DataRow(Stage.Shadow, Side.Legacy)]
    [DataRow(Stage.Extracted, Side.Service)]
    [DataRow(Stage.Retired, Side.Service)]
    public void Read_AtEachStage_GoesToItsSide(Stage stage, Side side) =>
        Assert.AreEqual(side, EndpointDecision.Decide(false, stage, State(stage), 0).Target);

    [TestMethod]
    public void Write_AnyStageButRetired_GoesToTheOwner()
    {
        foreach (var stage in Stages)
        {
            foreach (var owner in Enum.GetValues<Side>())
            {
                var target = EndpointDecision.Decide(true, stage, State(stage) with { Owner = owner }, 0).Target;
                Assert.AreEqual(stage == Stage.Retired ? Side.Service : owner, target);
            }
        }
    }

    [TestMethod]
    public void Canary_ShareGrows_NobodyIsSentBack()
    {
        for (var bucket = 0; bucket < EndpointDecision.Buckets; bucket += 7)
        {
            var chosen = false;
            for (var percent = 0; percent <= 100; percent++)
            {
                var now = EndpointDecision.Decide(false, Stage.Canary, State(Stage.Canary) with { CanaryPercent = percent }, bucket).Target == Side.Service;
                Assert.IsFalse(chosen && !now, $"bucket {bucket} left at {percent} %");
                chosen = now;
            }

            Assert.IsTrue(chosen, "At 100 % everybody is chosen.");
        }
    }

    [TestMethod]
    public void Canary_Percent_IsTheShareOfBuckets()
    {
        var state = State(Stage.Canary) with { CanaryPercent = 25 };
        var chosen = Enumerable.Range(0, EndpointDecision.Buckets).Count(bucket => EndpointDecision.Decide(false, Stage.Canary, state, bucket).Target == Side.Service);
        Assert.AreEqual(EndpointDecision.Buckets / 4, chosen);
    }

    [TestMethod]
    public void StableHash_OfManyClients_SpreadsThemEvenly()
    {
        var counts = new int[10];
        for (var i = 0; i < 100_000; i++) counts[(int)(StableHash.Of($"client-{i}") % EndpointDecision.Buckets) / 1000]++;
        Assert.IsTrue(counts.All(static count => count is > 9_500 and < 10_500), string.Join(' ', counts));
        Assert.AreEqual(StableHash.Of("a"), StableHash.Of("a"));
    }

    [TestMethod]
    public void Endpoint_HeldBack_IsDecidedByTheStageItIsHeldAt()
    {
        var state = State(Stage.Extracted) with { HeldEndpoints = new Dictionary<string, Stage> { ["a"] = Stage.Shadow } };
        Assert.AreEqual(Side.Legacy, EndpointDecision.Decide(false, state.StageOf("a"), state, 0).Target);
        Assert.AreEqual(Side.Service, EndpointDecision.Decide(false, state.StageOf("b"), state, 0).Target);
        var retired = state with { Stage = Stage.Retired };
        Assert.AreEqual(Side.Service, EndpointDecision.Decide(false, retired.StageOf("a"), retired, 0).Target, "A retired legacy is never called.");
    }

    [TestMethod]
    public void Decision_OverTenThousandEndpoints_AllocatesNothing()
    {
        var states = new ModuleStates(TimeProvider.System);
        var ids = Enumerable.Range(0, 10_000).Select(static i => $"endpoint.{i}").ToArray();
        states.Publish(State(Stage.Canary) with { CanaryPercent = 75, HeldEndpoints = ids.Take(5000).ToDictionary(static id => id, static _ => Stage.Shadow), Version = 1 });
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var service = Run();
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.AreEqual(2500, service);

        int Run()
        {
            var chosen = 0;
            for (var i = 0; i < ids.Length; i++)
            {
                var state = states.Of("catalog");
                if (EndpointDecision.Decide(false, state.StageOf(ids[i]), state, i % EndpointDecision.Buckets).Target == Side.Service) chosen++;
            }

            return chosen;
        }
    }

    private static ModuleState State(Stage stage) => ModuleState.Initial("catalog") with { Stage = stage };
}
