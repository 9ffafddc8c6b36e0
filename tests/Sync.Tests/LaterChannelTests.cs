using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sync.Delivery;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>A channel whose answers come later, as a message bus is one.</summary>
public abstract class LaterChannelTests(string provider) : DatabaseTests(provider)
{
    [TestMethod]
    public async Task Changes_OverABusThatLosesRepeatsAndReorders_ArriveThereAndBack()
    {
        await using var pair = await StartOverBusAsync(new() { ["Sync:Publish"] = "true", ["Sync:AcknowledgeTimeout"] = "00:00:00.100" });
        var (ofLegacy, ofService) = (BusOf(pair.Legacy), BusOf(pair.Service));
        ofLegacy.Unreliable = ofService.Unreliable = 0.2;
        var epoch = 1;
        foreach (var (from, to) in new[] { (pair.Legacy, pair.Service), (pair.Service, pair.Legacy) })
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(async writer =>
            {
                for (var n = 0; n < 20; n++)
                {
                    var id = await from.AddAsync(new Item { Code = $"{epoch}-{writer}-{n}", ShelfId = 1 });
                    await SetPriceAsync(from, id, n + 1);
                }
            }));
            await SamplePair.SwitchAsync(from, to, epoch++);
            await pair.AssertEqualAsync();
        }

        await SamplePair.DrainedAsync(pair.Legacy);
        await Eventually.TrueAsync(async () => await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_delivery") == 0, what: "nobody waits for anything");
        Assert.AreEqual(120, ofLegacy.Published.DistinctBy(static message => message.Position).Count(), "each change of the legacy is published, too");
        await Task.WhenAll(ofLegacy.SettledAsync(), ofService.SettledAsync());
    }

    [TestMethod]
    public async Task Bus_ThatBringsNothing_HasOnlyAsManyChangesAsMayBeOnTheirWay()
    {
        await using var pair = await StartOverBusAsync(new() { ["Sync:MaximumOnTheirWay"] = "30", ["Sync:AcknowledgeTimeout"] = "01:00:00" });
        var bus = BusOf(pair.Legacy);
        bus.Silent = true;
        await pair.Legacy.AddAsync([.. Enumerable.Range(0, 100).Select(static n => new Item { Code = $"n{n}", ShelfId = 1 })]);
        await Eventually.TrueAsync(() => bus.Taken.Count == 30, what: "as many as may be");
        // Two polls later it is no more.
        await Task.Delay(TimeSpan.FromMilliseconds(500));
        Assert.HasCount(30, bus.Taken);
        Assert.AreEqual(100, (await pair.Legacy.StatusAsync()).GetProperty("pending").GetInt32());
    }

    [TestMethod]
    public async Task Bus_ThatTakesLongerThanTheTimeout_IsGivenTimeAndNotEverythingAgain()
    {
        await using var pair = await StartOverBusAsync([]);
        var bus = BusOf(pair.Legacy);
        bus.Slow = TimeSpan.FromSeconds(1);
        await pair.Legacy.AddAsync(new Item { Code = "first", ShelfId = 1 });
        await SamplePair.DrainedAsync(pair.Legacy);
        await bus.SettledAsync();
        bus.Taken.Clear();
        await pair.Legacy.AddAsync([.. Enumerable.Range(0, 5).Select(static n => new Item { Code = $"n{n}", ShelfId = 1 })]);
        await SamplePair.DrainedAsync(pair.Legacy);
        Assert.HasCount(5, bus.Taken);
        await bus.SettledAsync();
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Bus_ThatBringsNothing_WhatItHasIsSentOverAnotherChannelAtOnce()
    {
        await using var pair = await StartOverBusAsync(new() { ["Sync:AcknowledgeTimeout"] = "01:00:00", ["Sync:LeaseDuration"] = "00:00:01" });
        BusOf(pair.Legacy).Silent = true;
        await pair.Legacy.AddAsync([.. Enumerable.Range(0, 10).Select(static n => new Item { Code = $"n{n}", ShelfId = 1 })]);
        await Eventually.TrueAsync(() => BusOf(pair.Legacy).Taken.Count == 10, what: "the bus has them");
        await pair.Legacy.StopAsync();
        pair.Legacy.Settings["Sync:Channel"] = "Http";
        await pair.Legacy.StartAsync();
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Change_Refused_IsParkedAfterItsAttemptsAndHoldsUpNoOther()
    {
        await using var pair = await StartOverBusAsync(new() { ["Sync:MaximumAttempts"] = "3" });
        await pair.Service.ScalarAsync("INSERT INTO Items (Id, Code, ShelfId, Price) VALUES (900, 'taken', 1, 1); SELECT 1");
        var id = await pair.Legacy.AddAsync(new Item { Code = "taken", ShelfId = 1 });
        await pair.Legacy.AddAsync(new Item { Code = "free", ShelfId = 1 });
        await Eventually.GetAsync(pair.Legacy.StatusAsync, static now => now.GetProperty("parked").GetInt32() == 1, what: "the change is parked");
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Code = 'free'") == 1, what: "the other is there");
        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, BusOf(pair.Legacy).Taken.Where(message => message.Entity == "item" && message.Key == $"{id}").Select(static message => message.Refusals).ToArray());

        await pair.Service.ScalarAsync("DELETE FROM Items WHERE Id = 900; SELECT 1");
        await pair.Legacy.DoAsync("parked/retry", new { positions = BusOf(pair.Legacy).Taken.Where(message => message.Key == $"{id}").Select(static message => message.Position).Distinct() });
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Receiver_ThatIsNotHeardFrom_IsAskedWithOneChangeInTurn()
    {
        await using var pair = await StartOverBusAsync(new() { ["Sync:AcknowledgeTimeout"] = "00:00:00.200" });
        var bus = BusOf(pair.Legacy);
        bus.Silent = true;
        await pair.Legacy.AddAsync([.. Enumerable.Range(0, 10).Select(static n => new Item { Code = $"n{n}", ShelfId = 1 })]);
        await Eventually.TrueAsync(() => bus.Batches.Count >= 6, what: "it is asked again and again");
        CollectionAssert.AreEqual(new[] { 10, 10, 1, 1, 1, 1 }, bus.Batches.Take(6).ToArray());
        Assert.AreEqual(4, bus.Taken.Skip(20).Take(4).DistinctBy(static message => message.Position).Count(), "each time with another one");

        await BringAgainAsync(pair, bus.Taken.First());
        await Eventually.TrueAsync(() => bus.Batches.Skip(6).Contains(9), what: "it was heard from: the others may have been lost");
        bus.Silent = false;
        await SamplePair.DrainedAsync(pair.Legacy);
        await bus.SettledAsync();
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Change_ParkedAndThenTakenAfterAll_IsOverAndLetsLaterOnesOfItsKeyGo()
    {
        await using var pair = await StartOverBusAsync(new() { ["Sync:MaximumAttempts"] = "1", ["Sync:PollInterval"] = "00:01:00", ["Sync:AcknowledgeTimeout"] = "00:10:00" });
        await pair.Service.ScalarAsync("INSERT INTO Items (Id, Code, ShelfId, Price) VALUES (900, 'taken', 1, 1); SELECT 1");
        var id = await pair.Legacy.AddAsync(new Item { Code = "taken", ShelfId = 1 });
        await Eventually.GetAsync(pair.Legacy.StatusAsync, static now => now.GetProperty("parked").GetInt32() == 1, what: "the change is parked");
        await SetPriceAsync(pair.Legacy, id, 2);
        await pair.Service.ScalarAsync("DELETE FROM Items WHERE Id = 900; SELECT 1");

        // As a retry of the copy in a bus's error queue brings it.
        await BringAgainAsync(pair, BusOf(pair.Legacy).Taken.Single(message => message.Key == $"{id}"));
        Assert.AreEqual(0, (await pair.Legacy.StatusAsync()).GetProperty("parked").GetInt32());
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Change_ParkedBeforeItsHandOverFails_StaysParked()
    {
        await using var pair = await StartOverBusAsync(new() { ["Sync:MaximumAttempts"] = "1", ["Sync:AcknowledgeTimeout"] = "00:10:00" });
        var bus = BusOf(pair.Legacy);
        bus.Silent = true;
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        await Eventually.TrueAsync(() => bus.Taken.Count == 1, what: "the bus has it");
        var message = bus.Taken.Single();
        await SettleAsync(pair, message, new SyncResult(SyncOutcome.Rejected, "for the test"));
        var deliveries = pair.Legacy.Host.App.Services.GetRequiredService<DeliveryStore>();
        await deliveries.SendAgainAsync("sample", [message.Position], CancellationToken.None);
        await deliveries.MarkSentAsync("sample", [new PendingDelivery(message, 0, IsAwaited: true)], CancellationToken.None);
        Assert.AreEqual(1, (await pair.Legacy.StatusAsync()).GetProperty("parked").GetInt32());
        bus.Silent = false;
        await pair.Legacy.DoAsync("parked/retry", new { positions = new[] { message.Position } });
        await SamplePair.DrainedAsync(pair.Legacy);
        await bus.SettledAsync();
        await pair.AssertEqualAsync();
    }

    private static async Task BringAgainAsync(SamplePair pair, SyncMessage message)
    {
        var reply = await pair.Service.Host.App.Services.GetRequiredService<SyncInbox>().ApplyAsync(new SyncBatch("sample", "legacy", [message]), CancellationToken.None);
        await SettleAsync(pair, message, reply.Results[0]);
    }

    private static Task SettleAsync(SamplePair pair, SyncMessage message, SyncResult result) =>
        pair.Legacy.Host.App.Services.GetRequiredService<SyncAcknowledgements>().SettleAsync("sample", [new SyncAnswer(message.Position, message.Type, result)], CancellationToken.None);

    private static LaterBus BusOf(SampleSide side) => (LaterBus)side.Bus!;

    private Task<SamplePair> StartOverBusAsync(Dictionary<string, string?> settings) => StartSyncedAsync(settings, pair =>
    {
        pair.Legacy.Bus = new LaterBus(pair.Service);
        pair.Service.Bus = new LaterBus(pair.Legacy);
    });

    private static Task SetPriceAsync(SampleSide side, int id, decimal price) => side.UseAsync(async context =>
    {
        (await context.Items.SingleAsync(item => item.Id == id)).Price = price;
        await context.SaveChangesAsync();
    });
}

[TestClass]
public sealed class LaterChannelOnSqlite() : LaterChannelTests(TestDatabase.Sqlite);

[TestClass]
public sealed class LaterChannelOnPostgreSql() : LaterChannelTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class LaterChannelOnSqlServer() : LaterChannelTests(TestDatabase.SqlServer);
