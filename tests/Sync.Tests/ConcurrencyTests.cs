using System.Data;
using System.Data.Common;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>What only databases can get wrong whose writers run side by side.</summary>
public abstract class ConcurrencyTests(string provider) : DatabaseTests(provider)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    /// <summary>A transaction of the host's that has saved a change and is not committed yet.</summary>
    private sealed class Unfinished(AsyncServiceScope scope, IDbContextTransaction transaction) : IAsyncDisposable
    {
        public static async Task<Unfinished> BeginAsync(SampleSide side, Func<SampleContext, Task> change)
        {
            var scope = side.Host.App.Services.CreateAsyncScope();
            var context = scope.ServiceProvider.GetRequiredService<SampleContext>();
            var transaction = await context.Database.BeginTransactionAsync();
            await change(context);
            await context.SaveChangesAsync();
            return new Unfinished(scope, transaction);
        }

        public Task CommitAsync() => transaction.CommitAsync();

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await scope.DisposeAsync();
        }
    }

    private static Task AddAsync(SampleContext context, string code)
    {
        context.Add(new Item { Code = code, ShelfId = 1 });
        return Task.CompletedTask;
    }

    private static async Task<SyncReply> ApplyAsync(SampleSide side, params SyncMessage[] messages) =>
        await side.Host.App.Services.GetRequiredService<SyncInbox>().ApplyAsync(new SyncBatch("sample", "legacy", messages), CancellationToken.None);

    private static SyncMessage Item(int id, long position) =>
        new("sample", "item", $"{id}", "sample.item-changed/1", 1, position, null, JsonSerializer.SerializeToUtf8Bytes(new ItemChanged(id, $"{id}-{position}", 1, 1), JsonSerializerOptions.Web));

    [TestMethod, BugOfOthers(7)]
    public async Task Writers_OfOneModule_DoNotWaitForEachOther()
    {
        await using var pair = await StartSyncedAsync();
        await using (var first = await Unfinished.BeginAsync(pair.Legacy, context => AddAsync(context, "early")))
        {
            await pair.Legacy.AddAsync(new Item { Code = "later", ShelfId = 1 }).WaitAsync(Soon);
            await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Code = 'later'") == 1);
            await first.CommitAsync();
        }

        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        Assert.AreEqual(2, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
    }

    [TestMethod, BugOfOthers(7)]
    public async Task Drain_OverALowerPositionStillUnderWay_WaitsForIt()
    {
        await using var pair = await StartSyncedAsync();
        await using var first = await Unfinished.BeginAsync(pair.Legacy, context => AddAsync(context, "early"));
        var position = (await pair.Legacy.StatusAsync()).GetProperty("position").GetInt64();
        await pair.Legacy.AddAsync(new Item { Code = "later", ShelfId = 1 });
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Code = 'later'") == 1);
        var drain = await pair.Legacy.DoAsync("drain", new { position = position + 1, timeoutMs = 300 });
        Assert.IsFalse(drain.GetProperty("drained").GetBoolean(), drain.ToString());
        Assert.IsLessThan(position, drain.GetProperty("acknowledged").GetInt64());
        Assert.IsLessThan(position, (await pair.Legacy.StatusAsync()).GetProperty("acknowledged").GetInt64());
        await first.CommitAsync();
        await SamplePair.DrainedAsync(pair.Legacy);
        Assert.IsGreaterThan(position, (await pair.Legacy.StatusAsync()).GetProperty("acknowledged").GetInt64());
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Drain_AmongWritersThatNeverPause_IsFound()
    {
        const int MostAhead = 200;
        await using var pair = await StartSyncedAsync();
        using var stop = new CancellationTokenSource();
        var (written, arrived) = (0L, 0L);
        // There is always something on its way, and never more than a slow server gets through in the time that a drain has.
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var n = 0; !stop.IsCancellationRequested; n++)
            {
                await Eventually.TrueAsync(() => Interlocked.Read(ref written) - Interlocked.Read(ref arrived) < MostAhead || stop.IsCancellationRequested, what: "what was written arrives");
                await pair.Legacy.AddAsync(new Item { Code = $"{writer}-{n}", ShelfId = 1 });
                Interlocked.Increment(ref written);
            }
        })).Append(Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) Interlocked.Exchange(ref arrived, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
        })).ToArray();
        for (var round = 0; round < 5; round++)
        {
            var position = (await pair.Legacy.StatusAsync()).GetProperty("position").GetInt64();
            await SamplePair.DrainedAsync(pair.Legacy, position);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Requests_HoldingEveryConnectionOfThePool_HoldUpNoDeliveryAndNoSwitch()
    {
        // As many as either driver gives out to one connection string.
        const int pool = 100;
        await using var pair = await StartSyncedAsync();
        pair.Hold();
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        var held = await Task.WhenAll(Enumerable.Range(0, pool).Select(_ => pair.Legacy.OpenAsync()));
        try
        {
            pair.LetGo();
            var watch = Stopwatch.StartNew();
            var fence = await pair.Legacy.DoAsync("fence", new { epoch = 1 });
            var drain = await pair.Legacy.DoAsync("drain", new { position = fence.GetProperty("position").GetInt64(), timeoutMs = 10_000 });
            Assert.IsTrue(drain.GetProperty("drained").GetBoolean(), drain.ToString());
            // Whoever waits for a connection is given up after 15 s.
            Assert.IsLessThan(15, watch.Elapsed.TotalSeconds);
        }
        finally
        {
            foreach (var connection in held) await connection.DisposeAsync();
        }

        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Backfill_OverARowThatATransactionUnderWayChanges_TheChangeWins()
    {
        await using var pair = await StartAsync(new() { ["Sync:BackfillChunk"] = "50", ["Sync:BackfillRowsPerSecond"] = "300" });
        await pair.Legacy.AddAsync([.. Enumerable.Range(1, 400).Select(n => new Item { Code = $"c{n}", ShelfId = 1, Price = 1 })]);
        await pair.Service.DoAsync("follow", new { epoch = 1, reset = true });
        await pair.Legacy.DoAsync("capture", new { enabled = true });
        await pair.Legacy.DoAsync("backfill", new { restart = true });
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items") > 20);
        await using var first = await Unfinished.BeginAsync(pair.Legacy, async context => (await context.Items.SingleAsync(item => item.Code == "c400")).Price = 2);
        // A later position is committed, delivered and known before the row is read.
        await pair.Legacy.AddAsync(new Item { Code = "later", ShelfId = 1 });
        await SamplePair.CompleteAsync(pair.Legacy, "backfill");
        Assert.AreEqual(1, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Code = 'c400' AND Price = 100"));
        await first.CommitAsync();
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Inbox_SameKeysAtOnceInOppositeOrders_EndsWithTheNewest()
    {
        await using var pair = await StartSyncedAsync();
        for (var round = 0; round < 10; round++)
        {
            var (older, newer) = (1_000 + (round * 200), 1_100 + (round * 200));
            var replies = await Task.WhenAll(
                Task.Run(() => ApplyAsync(pair.Service, [.. Enumerable.Range(1, 40).Select(id => Item(id, older + id))])),
                Task.Run(() => ApplyAsync(pair.Service, [.. Enumerable.Range(1, 40).Reverse().Select(id => Item(id, newer + id))])));
            Assert.IsFalse(replies.SelectMany(reply => reply.Results).Any(result => result.Outcome == SyncOutcome.Rejected));
            Assert.AreEqual(1, await pair.Service.ScalarAsync($"SELECT COUNT(*) FROM Items WHERE Code = '7-{newer + 7}'"));
            Assert.AreEqual(40, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
        }
    }

    [TestMethod]
    public async Task Inbox_OverlappingBatchesOfSeveralAtOnce_EndWithTheNewestOfEachKey()
    {
        await using var pair = await StartSyncedAsync();
        var random = new Random(20260101);
        var (newest, position) = (new Dictionary<int, long>(), 1_000L);
        // Each change is in two of the batches, and no batch has its keys in order.
        var batches = Enumerable.Range(0, 24).Select(_ => new List<SyncMessage>()).ToArray();
        for (var change = 0; change < 1_200; change++)
        {
            var id = random.Next(1, 60);
            newest[id] = ++position;
            for (var copy = 0; copy < 2; copy++) batches[random.Next(batches.Length)].Add(Item(id, position));
        }

        var waiting = new System.Collections.Concurrent.ConcurrentQueue<List<SyncMessage>>(batches);
        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var outcomes = new List<SyncOutcome>();
            while (waiting.TryDequeue(out var batch)) outcomes.AddRange((await ApplyAsync(pair.Service, [.. batch])).Results.Select(result => result.Outcome));
            return outcomes;
        })));

        Assert.AreEqual(0, replies.Sum(outcomes => outcomes.Count(outcome => outcome == SyncOutcome.Rejected)));
        Assert.AreEqual(newest.Count, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
        foreach (var (id, last) in newest)
        {
            Assert.AreEqual(1, await pair.Service.ScalarAsync($"SELECT COUNT(*) FROM Items WHERE Id = {id} AND Code = '{id}-{last}'"));
            Assert.AreEqual(last, await pair.Service.ScalarAsync($"SELECT position FROM sync_version WHERE entity = 'item' AND {SampleSql.KeyColumn(Provider)} = '{id}'"));
        }
    }

    [TestMethod]
    public async Task Inbox_VictimOfADeadlock_TriesAgainAndRejectsNothing()
    {
        await using var pair = await StartSyncedAsync();
        await ApplyAsync(pair.Service, Item(901, 100), Item(902, 101));
        await using var other = await pair.Service.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await RunAsync("902");
        var reply = Task.Run(() => ApplyAsync(pair.Service, Item(901, 200), Item(902, 201)));
        // The inbox holds the first key by now, and waits for the second.
        await Eventually.TrueAsync(async () => reply.IsCompleted || await IsHeldAsync(pair.Service, "901"));
        Assert.IsFalse(reply.IsCompleted);
        try
        {
            await RunAsync("901");
            await transaction.RollbackAsync();
        }
        catch (DbException)
        {
            // One of the two is the victim, whichever the database picks.
            await transaction.RollbackAsync();
        }

        Assert.IsTrue((await reply.WaitAsync(Soon)).Results.All(result => result.Outcome == SyncOutcome.Applied));

        async Task RunAsync(string key)
        {
            await using var command = other.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = SampleSql.For(Provider, $"UPDATE sync_version SET removed = NULL WHERE {SampleSql.KeyColumn(Provider)} = '{key}'");
            await command.ExecuteNonQueryAsync();
        }
    }

    [TestMethod, BugOfOthers(1)]
    public async Task Writer_ThatSeesAStateFromBeforeTheFence_IsRefused()
    {
        // Nobody in this process has heard of the fence: the transaction alone has to find it.
        await using var pair = await StartSyncedAsync(new() { ["Sync:PollInterval"] = "00:05:00" });
        await using var scope = pair.Legacy.Host.App.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<SampleContext>();
        await using var transaction = await context.Database.BeginTransactionAsync(Provider == TestDatabase.SqlServer ? IsolationLevel.Snapshot : IsolationLevel.RepeatableRead);
        await context.Items.CountAsync();
        await pair.Legacy.ScalarAsync("UPDATE sync_ownership SET state = 'fenced'; SELECT 1");
        if (Provider == TestDatabase.SqlServer && await ReadsTheSnapshotInSpiteOfTheHintAsync(context))
            Assert.Inconclusive("This server speaks SQL Server's language and ignores the hint READCOMMITTEDLOCK, by which SQL Server reads what is committed in a transaction that sees an earlier state.");
        context.Add(new Item { Code = "behind", ShelfId = 1 });
        await Assert.ThrowsAsync<Exception>(async () =>
        {
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        });
        await transaction.DisposeAsync();
        Assert.AreEqual(0, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM Items"));
    }

    [TestMethod]
    public async Task Snapshot_ThatHasEnded_LeavesItsConnectionAsItWas()
    {
        await using var pair = await StartSyncedAsync();
        var database = pair.Legacy.Host.App.Services.GetRequiredService<SyncDatabase>();
        await using var connection = await database.OpenAsync();
        var before = await IsolationOfAsync(connection, null);
        var snapshot = database.Dialect.BeginSnapshot(connection);
        Assert.AreNotEqual(before, await IsolationOfAsync(connection, snapshot));
        await database.Dialect.EndSnapshotAsync(snapshot);
        Assert.AreEqual(before, await IsolationOfAsync(connection, null));
    }

    private async Task<string> IsolationOfAsync(DbConnection connection, DbTransaction? transaction)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = Provider == TestDatabase.SqlServer
            ? "SELECT CAST(transaction_isolation_level AS nvarchar(20)) FROM sys.dm_exec_sessions WHERE session_id = @@SPID"
            : "SELECT current_setting('transaction_isolation')";
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<bool> ReadsTheSnapshotInSpiteOfTheHintAsync(SampleContext context) =>
        await context.Database.SqlQueryRaw<string>("SELECT state AS Value FROM sync_ownership WITH (READCOMMITTEDLOCK)").SingleAsync() == "owner";

    private async Task<bool> IsHeldAsync(SampleSide side, string key)
    {
        await using var connection = await side.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = Provider == TestDatabase.SqlServer
            ? $"SET LOCK_TIMEOUT 100; UPDATE sync_version SET removed = removed WHERE [key] = '{key}'"
            : $"SET LOCAL lock_timeout = 100; UPDATE sync_version SET removed = removed WHERE key = '{key}'";
        try
        {
            await command.ExecuteNonQueryAsync();
            return false;
        }
        catch (DbException)
        {
            return true;
        }
    }
}

[TestClass]
public sealed class ConcurrencyOnPostgreSql() : ConcurrencyTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class ConcurrencyOnSqlServer() : ConcurrencyTests(TestDatabase.SqlServer);
