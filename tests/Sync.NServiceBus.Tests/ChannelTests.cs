using Microsoft.Extensions.DependencyInjection;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.NServiceBus.Tests;

public abstract class ChannelTests(string provider) : DatabaseTests(provider)
{
    [TestMethod]
    public async Task Changes_OfManyWriters_ArriveWithoutAnyRequestOverHttp()
    {
        await using var pair = await StartSyncedAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var n = 0; n < 50; n++) await pair.Legacy.AddAsync(new Item { Code = $"{writer}-{n}", ShelfId = 1 });
        }));
        pair.ToService.Fault = Fault.Refuse;
        await pair.Legacy.AddAsync(new Item { Code = "last", ShelfId = 1 });
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        Assert.AreEqual(201, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
        Assert.AreEqual(0, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_outbox"));
    }

    [TestMethod]
    public async Task Changes_WhileTheReceiverIsDown_WaitForItAndAreAcknowledged()
    {
        await using var pair = await StartSyncedAsync();
        await pair.Service.StopAsync();
        await pair.Legacy.AddAsync([.. Enumerable.Range(0, 300).Select(static n => new Item { Code = $"n{n}", ShelfId = 1 })]);
        await pair.Service.StartAsync();
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Changes_MoreThanMayBeOnTheirWay_StayInTheOutbox()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:MaximumOnTheirWay"] = "50" });
        await pair.Service.StopAsync();
        await pair.Legacy.AddAsync([.. Enumerable.Range(0, 300).Select(static n => new Item { Code = $"n{n}", ShelfId = 1 })]);
        await Eventually.TrueAsync(async () => await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_delivery WHERE next_at > 0") == 50, what: "as many as may be on their way");
        await pair.Service.StartAsync();
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Change_WhoseAcknowledgementIsLost_IsSentAgain()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:AcknowledgeTimeout"] = "00:00:01" });
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        await SamplePair.DrainedAsync(pair.Legacy);
        // As if it had been sent, and the answer had never come.
        await pair.Service.StopAsync();
        await pair.Legacy.AddAsync(new Item { Code = "b", ShelfId = 1 });
        await Eventually.TrueAsync(async () => await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_delivery WHERE next_at > 0") == 1, what: "it is on its way");
        await PurgeAsync(pair);
        await pair.Service.StartAsync();
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Change_BeforeWhatItRefersTo_WaitsForIt()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:NServiceBus:RefusalGrace"] = "00:00:30" });
        var bus = (NServiceBusOfPair)pair.Service.Bus!;
        var channel = pair.Legacy.Host.App.Services.GetRequiredService<IChannel>();
        // Behind the outbox's back: the child first, its parent some time later.
        await channel.SendAsync("sample", new SyncBatch("sample", "legacy", [Of("item", "77", "sample.item-changed/1", 1_001, """{"id":77,"code":"x","shelfId":77,"price":1}""")]), CancellationToken.None);
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        Assert.AreEqual(0, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
        await channel.SendAsync("sample", new SyncBatch("sample", "legacy", [Of("shelf", "77", "sample.shelf-changed/1", 1_000, """{"id":77,"name":"late","row":1}""")]), CancellationToken.None);
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items") == 1, what: "both are there");
        Assert.AreEqual(0, await CountAsync(bus, bus.ErrorQueue));
    }

    [TestMethod]
    public async Task Change_Rejected_IsInTheErrorQueueOnceAndParkedInTheOutbox()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:MaximumAttempts"] = "3", ["Sync:NServiceBus:RefusalGrace"] = "00:00:00.100" });
        var bus = (NServiceBusOfPair)pair.Service.Bus!;
        await pair.Service.ScalarAsync("INSERT INTO Items (Id, Code, ShelfId, Price) VALUES (900, 'taken', 1, 1); SELECT 1");
        await pair.Legacy.AddAsync(new Item { Code = "taken", ShelfId = 1 });
        await pair.Legacy.AddAsync(new Item { Code = "free", ShelfId = 1 });
        await Eventually.GetAsync(pair.Legacy.StatusAsync, static now => now.GetProperty("parked").GetInt32() == 1, what: "the change is parked");
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Code = 'free'") == 1, what: "the other is not held up");
        await Eventually.TrueAsync(async () => await CountAsync(bus, bus.ErrorQueue) == 1, what: "one copy in the error queue");
    }

    [TestMethod]
    public async Task Channel_ChangedBothWaysWhileWritesGoOn_LosesNothing()
    {
        await using var pair = await StartSyncedAsync();
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writer = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await pair.Legacy.AddAsync(new Item { Code = $"n{written}", ShelfId = 1 });
                    written++;
                }
                catch (Exception error) when (error is InvalidOperationException or ObjectDisposedException)
                {
                    // The side is being started again.
                    await Task.Delay(10);
                }
            }
        });
        foreach (var channel in new[] { "Http", "NServiceBus", "Http" })
        {
            var before = written;
            await Eventually.TrueAsync(() => written > before + 20, what: "writes go on");
            await pair.Legacy.StopAsync();
            pair.Legacy.Settings["Sync:Channel"] = channel;
            await pair.Legacy.StartAsync();
        }

        await stop.CancelAsync();
        await writer;
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        Assert.IsGreaterThanOrEqualTo(written, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
    }

    // Where it is the whole server that is restarted, nobody else may be using it.
    [TestMethod, DoNotParallelize]
    [DataRow("of the queues")]
    [DataRow("of the queues, while the receiver is down")]
    public async Task Database_RestartedInTheMiddle_LosesNothing(string which)
    {
        await using var queues = await RestartableAsync();
        await using var pair = await SamplePair.StartSyncedAsync(TestDatabase.Sqlite, new()
        {
            ["Sync:NServiceBus:Transport"] = Provider,
            ["Sync:NServiceBus:ConnectionString"] = queues.ConnectionString,
            ["Sync:AcknowledgeTimeout"] = "00:00:02",
        });
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writer = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await pair.Legacy.AddAsync(new Item { Code = $"n{written++}", ShelfId = 1 });
        });
        await Eventually.TrueAsync(() => written > 50, what: "writes go on");
        if (which.EndsWith("down", StringComparison.Ordinal)) await pair.Service.StopAsync();
        await queues.RestartAsync();
        var before = written;
        await Eventually.TrueAsync(() => written > before + 50, what: "the owner takes writes, whatever its queues do");
        if (which.EndsWith("down", StringComparison.Ordinal)) await pair.Service.StartAsync();
        await queues.RestartAsync();
        await stop.CancelAsync();
        await writer;
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        Assert.AreEqual(written, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
    }

    [TestMethod]
    public async Task ForeignEndpoint_SubscribedToAContract_SeesChangesOfEitherOwner()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:Publish"] = "true" });
        await using var foreign = await ForeignEndpoint.StartAsync((NServiceBusOfPair)pair.Legacy.Bus!);
        await pair.Legacy.AddAsync(new Item { Code = "of-legacy", ShelfId = 1, Price = 3 });
        await Eventually.TrueAsync(() => foreign.Seen.Any(static item => item is { Code: "of-legacy", Price: 3 }), what: "the legacy's change");
        await SamplePair.SwitchAsync(pair.Legacy, pair.Service, 1);
        await pair.Service.AddAsync(new Item { Code = "of-service", ShelfId = 1 });
        await Eventually.TrueAsync(() => foreign.Seen.Any(static item => item.Code == "of-service"), what: "the service's change");
    }

    [TestMethod]
    public async Task ForeignEndpoint_SendsACommandToEitherSide_TheOwnerDoesIt()
    {
        await using var pair = await StartSyncedAsync();
        var bus = (NServiceBusOfPair)pair.Legacy.Bus!;
        await using var foreign = await ForeignEndpoint.StartAsync(bus);
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1, Price = 1 });
        await SamplePair.SwitchAsync(pair.Legacy, pair.Service, 1);
        await foreign.SendAsync(new ReviseItem("a", 2), bus.EndpointOf("legacy"));
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT Price FROM Items") == 200, what: "the service, which is the owner, has done it");
        await foreign.SendAsync(new ReviseItem("a", 3), bus.EndpointOf("service"), delay: TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(async () => await pair.Legacy.ScalarAsync("SELECT Price FROM Items") == 300, what: "a delayed one, too, and the legacy has followed");
    }

    [TestMethod]
    public async Task Command_ForWhichAnOldCopyHasNothingToDo_IsDoneByTheOwner()
    {
        await using var pair = await StartSyncedAsync();
        var bus = (NServiceBusOfPair)pair.Legacy.Bus!;
        await using var foreign = await ForeignEndpoint.StartAsync(bus);
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1, Price = 2 });
        await SamplePair.DrainedAsync(pair.Legacy);
        pair.Hold();
        await pair.Legacy.ScalarAsync("UPDATE Items SET Price = 300; SELECT 1");
        await foreign.SendAsync(new ReviseItem("a", 2), bus.EndpointOf("service"));
        await Eventually.TrueAsync(async () => await pair.Legacy.ScalarAsync("SELECT Price FROM Items") == 200, what: "the owner has done it, though the follower's copy has that price already");
        pair.LetGo();
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Command_DuringASwitchThatIsAborted_IsDoneByTheOldOwner()
    {
        await using var pair = await StartSyncedAsync();
        var bus = (NServiceBusOfPair)pair.Legacy.Bus!;
        await using var foreign = await ForeignEndpoint.StartAsync(bus);
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1, Price = 1 });
        var fence = await pair.Legacy.DoAsync("fence", new { epoch = 1 });
        await foreign.SendAsync(new ReviseItem("a", 2), bus.EndpointOf("legacy"));
        await Eventually.TrueAsync(() => bus.PassedOn == 1, what: "it has gone to the side that was to be the owner");
        await pair.Legacy.DoAsync("open", new { epoch = 2, keys = fence.GetProperty("keys"), capture = true });
        await Eventually.TrueAsync(async () => await pair.Legacy.ScalarAsync("SELECT Price FROM Items") == 200, what: "it has come back to the owner");
    }

    [TestMethod]
    public async Task Change_WhoseContractItsSenderDoesNotKnow_IsParkedAndHoldsUpNoOther()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:MaximumAttempts"] = "1" });
        pair.Hold();
        await pair.Legacy.AddAsync(new Item { Code = "newer", ShelfId = 1 });
        await pair.Legacy.ScalarAsync("UPDATE sync_outbox SET type = 'sample.item-changed/9' WHERE entity = 'item'; SELECT 1");
        await pair.Legacy.AddAsync(new Item { Code = "known", ShelfId = 1 });
        pair.LetGo();
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Code = 'known'") == 1, what: "the other is there");
        await Eventually.GetAsync(pair.Legacy.StatusAsync, static now => now.GetProperty("parked").GetInt32() == 1, what: "it is parked");
        var parked = await pair.Legacy.Host.Client.GetStringAsync("/_sync/modules/sample/parked");
        StringAssert.Contains(parked, "sample.item-changed/9' is not declared in the program that sends");
    }

    [TestMethod]
    public async Task Message_ThatNoRelayHasSent_IsRefusedAndInTheErrorQueue()
    {
        await using var pair = await StartSyncedAsync();
        var bus = (NServiceBusOfPair)pair.Service.Bus!;
        await using var foreign = await ForeignEndpoint.StartAsync(bus);
        await foreign.PushAsync(new ItemChanged(5, "pushed", 1, 1), bus.EndpointOf("service"));
        await Eventually.TrueAsync(async () => await CountAsync(bus, bus.ErrorQueue) == 1, what: "it is in the error queue");
        Assert.AreEqual(0, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
    }

    private async Task<IRestartableDatabase> RestartableAsync()
    {
        if (Provider == TestDatabase.Sqlite) Assert.Inconclusive("Its queues are files: there is no database to restart.");
        if (Provider == TestDatabase.PostgreSql) return await PostgresCluster.StartAsync();
        var database = await SqlServerTestDatabase.CreateAsync();
        try
        {
            // Before anything runs: where it cannot be restarted, the test says so.
            await database.RestartAsync();
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    private static SyncMessage Of(string entity, string key, string type, long position, string payload) =>
        new("sample", entity, key, type, 1, position, null, System.Text.Encoding.UTF8.GetBytes(payload));

    /// <summary>How many messages a queue holds.</summary>
    private async Task<long> CountAsync(NServiceBusOfPair bus, string queue)
    {
        if (Provider == TestDatabase.Sqlite)
        {
            var directory = Path.Combine(bus.Directory, queue);
            return System.IO.Directory.Exists(directory) ? System.IO.Directory.EnumerateFiles(directory, "*.metadata.txt").Count() : 0;
        }

        return await RunAsync(bus, $"SELECT COUNT(*) FROM {Quoted(queue)}");
    }

    private async Task PurgeAsync(SamplePair pair)
    {
        var bus = (NServiceBusOfPair)pair.Service.Bus!;
        var queue = bus.EndpointOf("service");
        if (Provider == TestDatabase.Sqlite)
        {
            foreach (var file in System.IO.Directory.EnumerateFiles(Path.Combine(bus.Directory, queue), "*.metadata.txt")) File.Delete(file);
        }
        else
        {
            await RunAsync(bus, $"DELETE FROM {Quoted(queue)}; SELECT 0");
        }
    }

    private string Quoted(string queue) => Provider == TestDatabase.PostgreSql ? $"\"{queue}\"" : $"[{queue}]";

    private static async Task<long> RunAsync(NServiceBusOfPair bus, string sql)
    {
        var connection = bus.Settings["Sync:NServiceBus:ConnectionString"]!;
        await using System.Data.Common.DbConnection open = bus.Settings["Sync:NServiceBus:Transport"] == TestDatabase.PostgreSql
            ? new Npgsql.NpgsqlConnection(connection)
            : new Microsoft.Data.SqlClient.SqlConnection(connection);
        await open.OpenAsync();
        await using var command = open.CreateCommand();
#pragma warning disable CA2100 // Names of queues of the test's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }
}

[TestClass]
public sealed class ChannelOnLearning() : ChannelTests(TestDatabase.Sqlite);

[TestClass]
public sealed class ChannelOnPostgreSql() : ChannelTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class ChannelOnSqlServer() : ChannelTests(TestDatabase.SqlServer);
