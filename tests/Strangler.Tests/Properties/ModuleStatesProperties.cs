using FsCheck.Fluent;
using Strangler.Stages;
using TestKit;

namespace Strangler.Tests.Properties;

[TestClass]
public sealed class ModuleStatesProperties
{
    [TestMethod]
    public void Publish_VersionsInAnyOrder_NeverGoesBack_AndTellsEachStepOnce() => RandomCases.Check(1_000, Arb.From(
        Gen.ArrayOf(Gen.Choose(1, 12)), static versions => RandomCases.Smaller(versions, static _ => [])), static versions =>
    {
        var (states, told) = (new ModuleStates(TimeProvider.System), new List<long>());
        states.Changed += state => told.Add(state.Version);
        var highest = 0;
        foreach (var version in versions)
        {
            states.Publish(ModuleState.Initial("m") with { Version = version, Epoch = version });
            highest = Math.Max(highest, version);
            Assert.AreEqual(highest, states.Of("m").Version);
        }

        CollectionAssert.AreEqual(told.Distinct().Order().ToArray(), told);
        Assert.AreEqual(highest, told.LastOrDefault());
    });

    [TestMethod]
    public async Task Publish_FromManyThreads_EndsAtTheHighest()
    {
        var states = new ModuleStates(TimeProvider.System);
        await Parallel.ForEachAsync(Enumerable.Range(1, 2_000).OrderBy(static version => (version * 7919) % 2_003), (version, _) =>
        {
            states.Publish(ModuleState.Initial("m") with { Version = version });
            return ValueTask.CompletedTask;
        });
        Assert.AreEqual(2_000, states.Of("m").Version);
    }
}
