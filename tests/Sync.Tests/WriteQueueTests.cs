using Microsoft.Extensions.DependencyInjection;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>SQLite has one writer, for whom a process queues.</summary>
[TestClass]
public sealed class WriteQueueTests() : DatabaseTests(TestDatabase.Sqlite)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [TestMethod]
    public async Task Fence_BehindQueuedWriters_GoesFirst()
    {
        // The relay would renew its lease ahead of the queue, too.
        await using var pair = await StartSyncedAsync(new() { ["Sync:FenceTimeout"] = "00:00:30", ["Sync:LeaseDuration"] = "01:00:00" });
        var database = pair.Legacy.Host.App.Services.GetRequiredService<SyncDatabase>();
        await SamplePair.DrainedAsync(pair.Legacy);
        var turn = await database.EnterWriteAsync();
        var queued = Enumerable.Range(0, 20).Select(_ => SeesFenceAsync(database, pair.Legacy)).ToArray();
        var fence = pair.Legacy.DoAsync("fence", new { epoch = 1 });
        try
        {
            await Eventually.TrueAsync(() => database.Queue.UrgentWaiting == 1 || fence.IsCompleted, Soon, "the fence in the queue");
        }
        finally
        {
            turn.Dispose();
        }

        await fence.WaitAsync(Soon);
        foreach (var sees in queued) Assert.IsTrue(await sees.WaitAsync(Soon), "A queued writer came before the fence.");
    }

    [TestMethod]
    public async Task WriteOnFollower_WhileTheTurnIsTaken_IsRefusedAtOnce()
    {
        await using var pair = await StartSyncedAsync();
        using var turn = await pair.Service.Host.App.Services.GetRequiredService<SyncDatabase>().EnterWriteAsync();
        await Assert.ThrowsExactlyAsync<NotOwnerException>(() => pair.Service.AddAsync(new Item { Code = "a", ShelfId = 1 }).WaitAsync(Soon));
    }

    private static async Task<bool> SeesFenceAsync(SyncDatabase database, SampleSide side)
    {
        using (await database.EnterWriteAsync()) return await side.ScalarAsync("SELECT COUNT(*) FROM sync_ownership WHERE state = 'fenced'") == 1;
    }
}
