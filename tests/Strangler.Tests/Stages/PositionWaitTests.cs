using Strangler.Plan;
using Strangler.Stages;
using Strangler.Stages.Background;
using Strangler.Stages.Sides;

namespace Strangler.Tests.Stages;

[TestClass]
public sealed class PositionWaitTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    [TestMethod]
    public async Task Reached_EarlierEpochOfAnAbortedSwitch_WaitsForTheCopy()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Canary);
        var wait = proxy.Get<IPositionWait>();
        system.Legacy.Holds = true;
        await system.Legacy.WriteAsync("late");
        var position = system.Legacy.Position;
        // An aborted switch opens the old owner again without waiting for the other side.
        system.Legacy.Restart("owner", 2);
        Publish(proxy, Side.Legacy, 2);
        Assert.IsFalse(await wait.ReachedAsync("catalog", 1, position, Short, CancellationToken.None));

        system.Legacy.Release();
        Assert.IsTrue(await wait.ReachedAsync("catalog", 1, position, TimeSpan.FromSeconds(10), CancellationToken.None));
        Assert.IsTrue(await wait.ReachedAsync("catalog", 1, position, TimeSpan.Zero, CancellationToken.None), "Known once, it is not asked for again");
    }

    [TestMethod]
    public async Task Reached_OwnerThatHasGoneSince_IsKnownFromItsLastStatus()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Extracted);
        await system.Service.WriteAsync("written");
        var (epoch, position) = (proxy.States.Of("catalog").Epoch, system.Service.Position);
        await proxy.Get<SideWatch>().ReadAsync(proxy.Get<PlanStore>().Current.Modules["catalog"], CancellationToken.None);
        system.Service.Fault = static _ => "down";

        var wait = proxy.Get<IPositionWait>();
        Assert.IsTrue(await wait.ReachedAsync("catalog", epoch, position, Short, CancellationToken.None));
        Assert.IsFalse(await wait.ReachedAsync("catalog", epoch, position + 1, Short, CancellationToken.None), "Nobody has said this of a later write");
    }

    [TestMethod]
    public async Task Reached_EpochNotHeardOf_IsNotReached()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Canary);
        Assert.IsFalse(await proxy.Get<IPositionWait>().ReachedAsync("catalog", 2, 1, Short, CancellationToken.None));
    }

    [TestMethod]
    public async Task Reached_AnswerOfTheFormerOwner_SaysNothingAboutTheNewOne()
    {
        await using var system = await SwitchSystem.StartAsync();
        var proxy = await system.AtAsync(Stage.Canary);
        var wait = proxy.Get<IPositionWait>();
        for (var i = 0; i < 3; i++) await system.Legacy.WriteAsync($"w{i}");
        using var asked = new SemaphoreSlim(0);
        using var answer = new ManualResetEventSlim();
        system.Legacy.Fault = call =>
        {
            if (call != "drain") return null;
            asked.Release();
            answer.Wait(TimeSpan.FromSeconds(10));
            return null;
        };
        var former = wait.ReachedAsync("catalog", 1, system.Legacy.Position, TimeSpan.FromSeconds(10), CancellationToken.None);
        await asked.WaitAsync();

        await proxy.Get<SideClient>().OpenAsync("catalog", Side.Service, 2, new Dictionary<string, long>(), capture: true, CancellationToken.None);
        Publish(proxy, Side.Service, 2);
        system.Service.Holds = true;
        await system.Service.WriteAsync("new");
        var latter = wait.ReachedAsync("catalog", 2, system.Service.Position, TimeSpan.FromSeconds(1), CancellationToken.None);
        answer.Set();
        Assert.IsFalse(await latter);
        Assert.IsFalse(await former);
    }

    private static void Publish(SwitchSystem.Proxy proxy, Side owner, long epoch)
    {
        var state = proxy.States.Of("catalog");
        proxy.States.Publish(state with { Owner = owner, Epoch = epoch, Version = state.Version + 1 });
    }
}
