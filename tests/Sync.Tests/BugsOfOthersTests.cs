using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>Defects that other systems have had, as far as no other class holds the test: see docs/bugs-of-others.md for all of them and where they are known from.</summary>
public abstract class BugsOfOthersTests(string provider) : DatabaseTests(provider)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [TestMethod, BugOfOthers(2)]
    public async Task EmptySide_ThatHasBeenSentChangesSince_IsNeverOpened()
    {
        await using var pair = await StartSyncedAsync();
        await pair.Legacy.AddAsync(new Item { Code = "lost", ShelfId = 1 });
        await SamplePair.DrainedAsync(pair.Legacy);
        await LoseDatabaseAsync(pair.Service);
        await pair.Legacy.UseAsync(async context =>
        {
            context.Add(new Shelf { Name = "later" });
            await context.SaveChangesAsync();
        });
        // Nothing is pending, nothing is parked: by what the outbox knows, the other side has everything.
        await SamplePair.DrainedAsync(pair.Legacy);
        Assert.AreEqual(1, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Shelves"));
        Assert.AreEqual(0, (await pair.Service.StatusAsync()).GetProperty("epoch").GetInt64());
        var fence = await pair.Legacy.DoAsync("fence", new { epoch = 1 });
        using var refused = await pair.Service.TryAsync("open", new { epoch = 2, keys = fence.GetProperty("keys"), capture = true });
        Assert.AreEqual(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("backfill", await refused.Content.ReadAsStringAsync());
        // A coordinator that gives up lets the other side follow at a later epoch, which makes it no fuller.
        await pair.Service.DoAsync("follow", new { epoch = 3, reset = false });
        using var again = await pair.Service.TryAsync("open", new { epoch = 4, keys = fence.GetProperty("keys"), capture = true });
        Assert.AreEqual(HttpStatusCode.Conflict, again.StatusCode);
        await pair.Legacy.DoAsync("open", new { epoch = 5, capture = true });
        await pair.Service.DoAsync("follow", new { epoch = 5, reset = true });
        await pair.Legacy.DoAsync("backfill", new { restart = true });
        await SamplePair.CompleteAsync(pair.Legacy, "backfill");
        await SamplePair.SwitchAsync(pair.Legacy, pair.Service, 5);
        await pair.AssertEqualAsync();
    }

    [TestMethod, BugOfOthers(5)]
    public async Task Fence_WhoseCallerHangsUpWhileItWaits_LeavesNoLock()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:FenceTimeout"] = "00:01:00" });
        await using (var scope = pair.Legacy.Host.App.Services.CreateAsyncScope())
        {
            var context = scope.ServiceProvider.GetRequiredService<SampleContext>();
            await using var transaction = await context.Database.BeginTransactionAsync();
            context.Add(new Item { Code = "slow", ShelfId = 1 });
            await context.SaveChangesAsync();
            using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            await Assert.ThrowsAsync<OperationCanceledException>(() => pair.Legacy.Host.Client.PostAsJsonAsync("/_sync/modules/sample/fence", new { epoch = 1 }, caller.Token));
            await transaction.CommitAsync().WaitAsync(Soon);
        }

        // Whether the fence was still taken is as it may be: the coordinator does not know either, and opens it again.
        using var opened = await pair.Legacy.TryAsync("open", new { epoch = 2, capture = true }).WaitAsync(Soon);
        await AssertNoLockAsync(pair.Legacy);
        var epoch = (await pair.Legacy.StatusAsync()).GetProperty("epoch").GetInt64();
        await pair.Legacy.AddAsync(new Item { Code = "next", ShelfId = 1 }).WaitAsync(Soon);
        await SamplePair.SwitchAsync(pair.Legacy, pair.Service, epoch).WaitAsync(Soon);
        await pair.AssertEqualAsync();
    }

    [TestMethod, BugOfOthers(5), BugOfOthers(3)]
    public async Task Abort_AfterTheFence_LeavesNoLockAndAnOwnerThatWrites()
    {
        await using var pair = await StartSyncedAsync();
        for (var epoch = 1; epoch < 6; epoch++)
        {
            await pair.Legacy.DoAsync("fence", new { epoch });
            await Assert.ThrowsExactlyAsync<NotOwnerException>(() => pair.Legacy.AddAsync(new Item { Code = "refused", ShelfId = 1 }));
            await pair.Legacy.DoAsync("open", new { epoch = epoch + 1, capture = true });
            await AssertNoLockAsync(pair.Legacy);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(n => pair.Legacy.AddAsync(new Item { Code = $"{epoch}-{n}", ShelfId = 1 }))).WaitAsync(Soon);
        }

        await SamplePair.SwitchAsync(pair.Legacy, pair.Service, 6).WaitAsync(Soon);
        await pair.AssertEqualAsync();
    }

    [TestMethod, BugOfOthers(6)]
    public async Task Relays_OfTwoInstances_EachChangeGoesOneWay_AndTheOtherTakesOver()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:LeaseDuration"] = "00:10:00" });
        await using var second = await SecondInstance.StartAsync(pair.Legacy, pair.Service);
        for (var n = 0; n < 40; n++)
        {
            await pair.Legacy.AddAsync(new Item { Code = $"first-{n}", ShelfId = 1 });
            await second.Side.AddAsync(new Item { Code = $"second-{n}", ShelfId = 1 });
        }

        // Asked on the instance that does not send: it looks at the rows, not at its own relay.
        await SamplePair.DrainedAsync(second.Side);
        Assert.IsEmpty(pair.ToService.Sent.Intersect(second.Way.Sent), "Both instances sent the same change.");
        Assert.IsGreaterThanOrEqualTo(80, pair.ToService.Sent.Concat(second.Way.Sent).Distinct().Count());
        await pair.AssertEqualAsync();

        await pair.Legacy.StopAsync();
        await second.Side.AddAsync(new Item { Code = "alone", ShelfId = 1 });
        await SamplePair.DrainedAsync(second.Side);
        Assert.AreEqual(await second.Side.DumpAsync(), await pair.Service.DumpAsync());
    }

    [TestMethod, BugOfOthers(6)]
    public async Task Relay_WhoseLeaseRunsOutDuringACall_ItsChangesAreAppliedOnceAndInOrder()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:LeaseDuration"] = "00:00:00.300" });
        pair.ToService.Fault = Fault.Hold;
        var id = await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1, Price = 1 });
        await Eventually.TrueAsync(() => pair.ToService.Held > 0);
        await using var second = await SecondInstance.StartAsync(pair.Legacy, pair.Service);
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Price = 100") == 1, what: "the other instance sends it");
        await second.Side.UseAsync(async context =>
        {
            (await context.Items.SingleAsync(item => item.Id == id)).Price = 2;
            await context.SaveChangesAsync();
        });
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Price = 200") == 1);

        // Now the first call arrives, long after a newer change.
        pair.ToService.Fault = Fault.None;
        pair.ToService.Release();
        await Eventually.TrueAsync(() => !pair.ToService.Sent.IsEmpty, what: "the late call arrives");
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.Legacy.StopAsync();
        Assert.AreEqual(1, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Price = 200"));
        Assert.AreEqual(await second.Side.DumpAsync(), await pair.Service.DumpAsync());
    }

    /// <summary>As another process sees it: a connection of this one that is used again would let go of what it has kept.</summary>
    private static async Task AssertNoLockAsync(SampleSide side)
    {
        var dialect = side.Host.App.Services.GetRequiredService<SyncDatabase>().Dialect;
        await using var connection = dialect.CreateConnection();
        connection.ConnectionString += ";Pooling=false";
        await connection.OpenAsync();
        await using var transaction = await dialect.BeginExclusiveAsync(connection, "sample", TimeSpan.FromSeconds(10), CancellationToken.None);
    }

    /// <summary>What a side finds when its database was made anew.</summary>
    private static Task LoseDatabaseAsync(SampleSide side) =>
        side.ScalarAsync("DELETE FROM Items; DELETE FROM Shelves; DELETE FROM sync_version; UPDATE sync_ownership SET state = 'follower', epoch = 0, floor = 0, capture = 0; SELECT 1");
}

[TestClass]
public sealed class BugsOfOthersOnSqlite() : BugsOfOthersTests(TestDatabase.Sqlite);

[TestClass]
public sealed class BugsOfOthersOnPostgreSql() : BugsOfOthersTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class BugsOfOthersOnSqlServer() : BugsOfOthersTests(TestDatabase.SqlServer);
