using Strangler.Stages;
using Strangler.Stages.Background;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;
using TestKit;
using TestKit.Databases;

namespace Strangler.Tests.Stages;

/// <summary>Several proxies on one store, whatever the database.</summary>
public abstract class SharedStoreTests(string provider)
{
    [TestMethod]
    public async Task Step_WhileAnotherProxyLooksAtTheModule_WaitsForItAndIsMade()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var proxy = await system.AtAsync(Stage.Shadow);
        // As the judge and the watch of any proxy do, for a moment.
        var looks = await ModuleLease.TakeAsync(system.Join().Store, "catalog", TimeSpan.FromSeconds(30), TimeProvider.System, CancellationToken.None);
        var rollback = proxy.Machine.RollbackAsync("catalog", Stage.Syncing, null, CancellationToken.None);
        Assert.IsFalse(rollback.IsCompleted);
        await looks!.DisposeAsync();
        Assert.AreEqual(Stage.Syncing, (await rollback).To);
    }

    [TestMethod]
    public async Task TwoProxies_OneStore_BothSeeTheSwitchAndOnlyOneMayMakeIt()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var first = await system.AtAsync(Stage.Canary);
        var second = system.Join();
        await second.StartAsync<StateRefresher>();
        Assert.AreEqual(Stage.Canary, second.States.Of("catalog").Stage);

        var held = new TaskCompletionSource();
        system.Service.Fault = call =>
        {
            if (call == "open") held.Task.GetAwaiter().GetResult();
            return null;
        };
        var switching = first.Machine.AdvanceAsync("catalog", new AdvanceRequest(Stage.Extracted, Force: true, Reason: "test"), CancellationToken.None);
        await Eventually.TrueAsync(() => second.States.Of("catalog").Switching);
        await Assert.ThrowsExactlyAsync<ModuleBusyException>(() => second.Machine.RollbackAsync("catalog", null, null, CancellationToken.None));
        held.SetResult();
        await switching;
        await Eventually.TrueAsync(() => second.States.Of("catalog") is { Switching: false, Owner: Side.Service, Stage: Stage.Extracted });
        Assert.AreEqual(Stage.Canary, (await second.Machine.RollbackAsync("catalog", null, null, CancellationToken.None)).To);
    }

    [TestMethod]
    public async Task Lease_HolderStopsRenewing_AnotherTakesItAndTheFirstCannotWrite()
    {
        await using var system = await SwitchSystem.StartAsync(provider);
        var (first, second) = (system.Join(), system.Join());
        var duration = TimeSpan.FromMilliseconds(200);
        var token = await first.Store.TakeLeaseAsync("module:catalog", "elsewhere|1", duration, CancellationToken.None);
        Assert.IsNull(await second.Store.TakeLeaseAsync("module:catalog", "another", duration, CancellationToken.None));
        var entry = await first.Store.BeginSwitchAsync(
            new SwitchEntry(0, "catalog", Side.Legacy, Side.Service, 1, 2, SwitchPhase.Fencing, 0, new Dictionary<string, long>(), Stage.Extracted, 100, token!.Value, TimeProvider.System.GetUtcNow(), null, null),
            ModuleState.Initial("catalog") with { Switching = true, Version = 1 }, CancellationToken.None);
        var taken = await Eventually.GetAsync(() => second.Store.TakeLeaseAsync("module:catalog", "another", TimeSpan.FromMinutes(1), CancellationToken.None), t => t is not null);
        Assert.IsGreaterThan(token.Value, taken!.Value);
        await second.Store.TakeOverSwitchAsync(entry, taken.Value, CancellationToken.None);
        await Assert.ThrowsExactlyAsync<StateConflictException>(() => first.Store.WriteSwitchAsync(entry with { Phase = SwitchPhase.Opening }, null, null, CancellationToken.None));
    }
}

[TestClass]
public sealed class SqliteSharedStoreTests() : SharedStoreTests(TestDatabase.Sqlite);

[TestClass]
public sealed class PostgreSqlSharedStoreTests() : SharedStoreTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class SqlServerSharedStoreTests() : SharedStoreTests(TestDatabase.SqlServer);
