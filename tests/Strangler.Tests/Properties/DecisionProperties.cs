using FsCheck.Fluent;
using Strangler.Decision;
using Strangler.Stages;
using TestKit;

namespace Strangler.Tests.Properties;

[TestClass]
public sealed class DecisionProperties
{
    [TestMethod]
    public void Reads_ModuleGoesForward_NoClientGoesBack_AndAHeldEndpointIsNeverAhead() => RandomCases.Check(5_000, Arb.From(
        from stages in Gen.Two(Gen.Elements(Enum.GetValues<Stage>()))
        from shares in Gen.Two(Gen.Choose(0, 100))
        from bucket in Gen.Choose(0, EndpointDecision.Buckets - 1)
        from held in Gen.Elements(Stage.Legacy, Stage.Syncing, Stage.Shadow, Stage.Canary)
        select (stages, shares, bucket, held)), static sample =>
    {
        var (first, second) = sample.stages.Item1 <= sample.stages.Item2 ? sample.stages : (sample.stages.Item2, sample.stages.Item1);
        var (less, more) = (Math.Min(sample.shares.Item1, sample.shares.Item2), Math.Max(sample.shares.Item1, sample.shares.Item2));
        var (before, after) = (State(first, less), State(second, more));
        if (Target(before, sample.bucket) == Side.Service) Assert.AreEqual(Side.Service, Target(after, sample.bucket));
        var withHeld = after with { HeldEndpoints = new Dictionary<string, Stage> { ["read"] = sample.held } };
        if (Target(after, sample.bucket) == Side.Legacy) Assert.AreEqual(Side.Legacy, Target(withHeld, sample.bucket));
    });

    private static ModuleState State(Stage stage, int share) => ModuleState.Initial("m") with { Stage = stage, CanaryPercent = share, Owner = stage >= Stage.Extracted ? Side.Service : Side.Legacy };

    private static Side Target(ModuleState state, int bucket) => EndpointDecision.Decide(writes: false, state.StageOf("read"), state, bucket).Target;
}
