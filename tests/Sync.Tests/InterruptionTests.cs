using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>What is begun must end, whatever comes between.</summary>
public abstract class InterruptionTests(string provider) : DatabaseTests(provider)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [TestMethod]
    public async Task Open_KeysIssuedToRowsTheReceiverNeverSaw_AreNotIssuedAgain()
    {
        await using var pair = await StartAsync();
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        var gone = await pair.Legacy.AddAsync(new Item { Code = "gone", ShelfId = 1 });
        await pair.Legacy.UseAsync(context => context.Items.Where(item => item.Id == gone).ExecuteDeleteAsync());
        await pair.SyncAsync();
        await SamplePair.SwitchAsync(pair.Legacy, pair.Service, 1);
        Assert.IsGreaterThan(gone, await pair.Service.AddAsync(new Item { Code = "b", ShelfId = 1 }));
    }

    [TestMethod]
    public async Task Fence_ByAnotherProcess_IsSeenByTheNextWrite()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:PollInterval"] = "00:05:00" });
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        await pair.Legacy.ScalarAsync("UPDATE sync_ownership SET state = 'fenced'; SELECT 1");
        await Assert.ThrowsExactlyAsync<NotOwnerException>(() => pair.Legacy.AddAsync(new Item { Code = "b", ShelfId = 1 }));
        await pair.Legacy.ScalarAsync("UPDATE sync_ownership SET state = 'owner'; SELECT 1");
        await pair.Legacy.AddAsync(new Item { Code = "c", ShelfId = 1 });
    }

    [TestMethod]
    public async Task Fence_BehindQueuedWriters_GoesFirst()
    {
        await using var pair = await StartSyncedAsync();
        var database = pair.Legacy.Host.App.Services.GetRequiredService<SyncDatabase>();
        var turn = await database.EnterWriteAsync();
        var queued = Enumerable.Range(0, 20).Select(_ => PassAsync(database)).ToArray();
        var fence = pair.Legacy.DoAsync("fence", new { epoch = 1 });
        // Each in the queue passes the turn on by itself, so that nothing stays held when an assertion fails.
        await Task.Delay(TimeSpan.FromSeconds(1));
        turn.Dispose();
        var first = await Task.WhenAny(fence, queued[^1]).WaitAsync(Soon);
        Assert.AreSame(fence, first);
        await Task.WhenAll(queued).WaitAsync(Soon);
        await fence;
    }

    [TestMethod]
    public async Task WriteOnFollower_WhileTheTurnIsTaken_IsRefusedAtOnce()
    {
        await using var pair = await StartSyncedAsync();
        using var turn = await pair.Service.Host.App.Services.GetRequiredService<SyncDatabase>().EnterWriteAsync();
        await Assert.ThrowsExactlyAsync<NotOwnerException>(() => pair.Service.AddAsync(new Item { Code = "a", ShelfId = 1 }).WaitAsync(Soon));
    }

    [TestMethod]
    public async Task Save_StoppedByALaterInterceptor_LeavesNeitherTransactionNorTurn()
    {
        await using var pair = await StartSyncedAsync();
        var stop = new Stop();
        await using var scope = pair.Legacy.Host.App.Services.CreateAsyncScope();
        var capture = scope.ServiceProvider.GetRequiredService<SyncInterceptor>();
        await using (var sample = new SampleContext(pair.Legacy.Use(new DbContextOptionsBuilder<SampleContext>()).AddInterceptors(capture, stop).Options))
        {
            sample.Add(new Item { Code = "again", ShelfId = 1 });
            await Assert.ThrowsExactlyAsync<InvalidDataException>(() => sample.SaveChangesAsync());
            stop.Off = true;
            await sample.SaveChangesAsync().WaitAsync(Soon);
        }

        Assert.AreEqual(1, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Code = 'again'"));
        stop.Off = false;
        await using (var other = new OtherContext(pair.Legacy.Use(new DbContextOptionsBuilder<OtherContext>()).AddInterceptors(capture, stop).Options))
        {
            other.Add(new Note { Text = "n" });
            await Assert.ThrowsExactlyAsync<InvalidDataException>(() => other.SaveChangesAsync());
        }

        await pair.Legacy.AddAsync(new Item { Code = "next", ShelfId = 1 }).WaitAsync(Soon);
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Save_CancelledOnceTheRowsAreSaved_StillWritesTheirOutboxRows()
    {
        await using var pair = await StartSyncedAsync();
        pair.ToService.Fault = Fault.Refuse;
        using var cancel = new CancellationTokenSource();
        await using var scope = pair.Legacy.Host.App.Services.CreateAsyncScope();
        var capture = scope.ServiceProvider.GetRequiredService<SyncInterceptor>();
        await using var sample = new SampleContext(pair.Legacy.Use(new DbContextOptionsBuilder<SampleContext>()).AddInterceptors(new Late(cancel), capture).Options);
        sample.Add(new Item { Code = "late", ShelfId = 1 });
        await sample.SaveChangesAsync(cancel.Token);
        Assert.AreEqual(1, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM Items"));
        Assert.AreEqual(1, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_outbox"));
    }

    [TestMethod]
    public async Task ExecuteUpdate_CancelledOnceItRan_IsCommittedAndLeavesTheTurnFree()
    {
        await using var pair = await StartSyncedAsync();
        using var cancel = new CancellationTokenSource();
        await using var scope = pair.Legacy.Host.App.Services.CreateAsyncScope();
        var capture = scope.ServiceProvider.GetRequiredService<SyncInterceptor>();
        await using var sample = new SampleContext(pair.Legacy.Use(new DbContextOptionsBuilder<SampleContext>()).AddInterceptors(new LateCommand(cancel), capture).Options);
        await sample.Shelves.ExecuteUpdateAsync(set => set.SetProperty(shelf => shelf.Name, "late"), cancel.Token);
        Assert.AreEqual(1, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM Shelves WHERE Name = 'late'"));
        await pair.Legacy.AddAsync(new Item { Code = "next", ShelfId = 1 }).WaitAsync(Soon);
    }

    [TestMethod]
    public async Task Reconcile_ThatAnEndedProcessLeftUnderWay_IsToldAsFailed()
    {
        await using var pair = await StartSyncedAsync();
        await pair.Legacy.DoAsync("reconcile", new { repair = false });
        await SamplePair.CompleteAsync(pair.Legacy, "reconcile");
        await Eventually.TrueAsync(async () => await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_reconcile WHERE state = 'complete'") == 1);
        await pair.Legacy.StopAsync();
        await pair.Legacy.ScalarAsync("""UPDATE sync_reconcile SET state = 'running', result = replace(result, '"complete"', '"running"'); SELECT 1""");
        await pair.Legacy.StartAsync();
        var status = await Eventually.GetAsync(pair.Legacy.StatusAsync, now => now.GetProperty("reconcile").GetProperty("state").GetString() != "running");
        Assert.AreEqual("failed", status.GetProperty("reconcile").GetProperty("state").GetString());
    }

    [TestMethod]
    public async Task Backfill_RestartedWhileOneRuns_BeginsAnewAndOnlyItsOwnEndCounts()
    {
        await using var pair = await StartAsync(new() { ["Sync:BackfillChunk"] = "100", ["Sync:BackfillRowsPerSecond"] = "2000" });
        await pair.Legacy.AddAsync([.. Enumerable.Range(1, 1_500).Select(n => new Item { Code = $"c{n}", ShelfId = 1 })]);
        await pair.Service.DoAsync("follow", new { epoch = 1, reset = true });
        await pair.Legacy.DoAsync("capture", new { enabled = true });
        await pair.Legacy.DoAsync("backfill", new { restart = true });
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items") > 300);
        await pair.Legacy.DoAsync("backfill", new { restart = true });
        await SamplePair.CompleteAsync(pair.Legacy, "backfill");
        Assert.AreEqual(1_501, (await pair.Legacy.StatusAsync()).GetProperty("backfill").GetProperty("rows").GetInt64());
        Assert.AreEqual(1, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_backfill WHERE state = 'complete' AND rows = 1501"));
    }

    [TestMethod]
    public async Task Backfill_ThatMayNotGoOnAfterARestart_IsToldAsFailed()
    {
        await using var pair = await StartAsync(new() { ["Sync:BackfillChunk"] = "50", ["Sync:BackfillRowsPerSecond"] = "500" });
        await pair.Legacy.AddAsync([.. Enumerable.Range(1, 1_500).Select(n => new Item { Code = $"c{n}", ShelfId = 1 })]);
        await pair.Service.DoAsync("follow", new { epoch = 1, reset = true });
        await pair.Legacy.DoAsync("capture", new { enabled = true });
        await pair.Legacy.DoAsync("backfill", new { restart = true });
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items") > 50);
        await pair.Legacy.StopAsync();
        await pair.Legacy.ScalarAsync("UPDATE sync_ownership SET state = 'fenced'; SELECT 1");
        await pair.Legacy.StartAsync();
        var status = await Eventually.GetAsync(pair.Legacy.StatusAsync, now => now.GetProperty("backfill").GetProperty("state").GetString() != "running");
        Assert.AreEqual("failed", status.GetProperty("backfill").GetProperty("state").GetString());
    }

    private static async Task PassAsync(SyncDatabase database)
    {
        using (await database.EnterWriteAsync()) await Task.Delay(TimeSpan.FromMilliseconds(100));
    }

    private sealed class Stop : SaveChangesInterceptor
    {
        public bool Off { get; set; }

        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
            Off ? ValueTask.FromResult(result) : throw new InvalidDataException("stopped");
    }

    private sealed class Late(CancellationTokenSource cancel) : SaveChangesInterceptor
    {
        public override async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
        {
            await cancel.CancelAsync();
            return result;
        }
    }

    private sealed class LateCommand(CancellationTokenSource cancel) : DbCommandInterceptor
    {
        public override async ValueTask<int> NonQueryExecutedAsync(System.Data.Common.DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
        {
            await cancel.CancelAsync();
            return result;
        }
    }
}

[TestClass]
public sealed class InterruptionOnSqlite() : InterruptionTests(TestDatabase.Sqlite);

[TestClass]
public sealed class InterruptionOnPostgreSql() : InterruptionTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class InterruptionOnSqlServer() : InterruptionTests(TestDatabase.SqlServer);
