using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

public abstract class InboxTests(string provider) : DatabaseTests(provider)
{
    private static SyncMessage Item(int id, string code, long epoch, long position, int shelf = 1) =>
        new("sample", "item", $"{id}", "sample.item-changed/1", epoch, position, null, Encoding.UTF8.GetBytes($$"""{"id":{{id}},"code":"{{code}}","shelfId":{{shelf}},"price":1}"""));

    private static SyncMessage Shelf(int id, long epoch, long position, int? within = null) =>
        new("sample", "shelf", $"{id}", "sample.shelf-changed/1", epoch, position, null, JsonSerializer.SerializeToUtf8Bytes(new ShelfChanged(id, $"s{id}", 1, within), JsonSerializerOptions.Web));

    private static SyncMessage Removed(int id, long epoch, long position) =>
        new("sample", "item", $"{id}", "sample.item-removed/1", epoch, position, null, Encoding.UTF8.GetBytes($$"""{"id":{{id}}}"""));

    private static async Task<string> ApplyAsync(SampleSide side, params SyncMessage[] messages)
    {
        var reply = await side.Host.App.Services.GetRequiredService<SyncInbox>().ApplyAsync(new SyncBatch("sample", "legacy", messages), CancellationToken.None);
        return string.Join(' ', reply.Results.Select(result => result.Outcome));
    }

    [TestMethod]
    public async Task Delivery_RepeatedReorderedOrAfterRemoval_ChangesNothing()
    {
        await using var pair = await StartSyncedAsync();
        Assert.AreEqual("Applied", await ApplyAsync(pair.Service, Item(5, "new", 1, 100)));
        Assert.AreEqual("Duplicate Stale", await ApplyAsync(pair.Service, Item(5, "new", 1, 100), Item(5, "old", 1, 99)));
        Assert.AreEqual(1, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Code = 'new'"));
        Assert.AreEqual("Applied Stale Duplicate", await ApplyAsync(pair.Service, Removed(5, 1, 101), Item(5, "back", 1, 100), Removed(5, 1, 101)));
        Assert.AreEqual(0, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
    }

    [TestMethod]
    public async Task Delivery_ChildBeforeParentInOneBatch_IsApplied_AcrossBatches_IsRejectedUntilTheParentCame()
    {
        await using var pair = await StartSyncedAsync();
        Assert.AreEqual("Applied Applied", await ApplyAsync(pair.Service, Item(5, "a", 1, 100, shelf: 50), Shelf(50, 1, 101)));
        Assert.AreEqual("Rejected Applied", await ApplyAsync(pair.Service, Item(6, "b", 1, 102, shelf: 60), Item(7, "c", 1, 103)));
        Assert.AreEqual("Applied", await ApplyAsync(pair.Service, Shelf(60, 1, 104)));
        Assert.AreEqual("Applied", await ApplyAsync(pair.Service, Item(6, "b", 1, 102, shelf: 60)));
    }

    [TestMethod]
    public async Task Delivery_ChainOfReferencesInReverseOrder_IsAppliedInOneBatch()
    {
        await using var pair = await StartSyncedAsync();
        Assert.AreEqual("Applied Applied Applied Applied", await ApplyAsync(pair.Service, Shelf(53, 1, 100, 52), Shelf(52, 1, 101, 51), Shelf(51, 1, 102, 50), Shelf(50, 1, 103)));
        Assert.AreEqual(3, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Shelves WHERE WithinId IS NOT NULL"));
    }

    [TestMethod]
    public async Task Delivery_OfAnEpochBeforeThisSideWasOwner_IsStale_AndAnOwnerAppliesNothing()
    {
        await using var pair = await StartSyncedAsync();
        await SamplePair.SwitchAsync(pair.Legacy, pair.Service, 1);
        Assert.AreEqual("Stale Stale Rejected", await ApplyAsync(pair.Service, Item(5, "late", 1, 100_000), Item(5, "own", 2, 100_000), Item(5, "next", 3, 1)));
        await SamplePair.SwitchAsync(pair.Service, pair.Legacy, 2);
        Assert.AreEqual("Stale Applied", await ApplyAsync(pair.Service, Item(5, "late", 2, 100_000), Item(5, "fresh", 3, 1)));
        Assert.AreEqual("follower", (await pair.Service.StatusAsync()).GetProperty("state").GetString());
    }

    [TestMethod]
    public async Task Delivery_UnknownTypeEntityOrForgedKey_IsRejectedAlone()
    {
        await using var pair = await StartSyncedAsync();
        Assert.AreEqual("Rejected Rejected Rejected Rejected Applied", await ApplyAsync(pair.Service,
            Item(5, "a", 1, 100) with { Type = "sample.item-changed/9" },
            Item(5, "a", 1, 100) with { Entity = "nothing" },
            Item(5, "a", 1, 100) with { Key = "6" },
            Item(5, "a", 1, 100) with { Payload = "{}x"u8.ToArray() },
            Item(5, "a", 1, 100)));
    }

    [TestMethod]
    public async Task Delivery_ValueThatCannotBeConverted_IsRejectedAlone()
    {
        await using var pair = await StartSyncedAsync();
        Assert.AreEqual("Applied Rejected Applied", await ApplyAsync(pair.Service,
            Item(5, "a", 1, 100),
            Item(6, "b", 1, 101) with { Payload = """{"id":6,"code":"b","shelfId":1,"price":1000000000000000000000}"""u8.ToArray() },
            Item(7, "c", 1, 102)));
        Assert.AreEqual(2, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
    }

    [TestMethod]
    public async Task Poison_IsParkedAfterItsAttempts_AndStopsItsOwnKeyOnly()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:MaximumAttempts"] = "3" });
        await pair.Service.ScalarAsync("INSERT INTO Items (Id, Code, ShelfId, Price) VALUES (900, 'taken', 1, 1); SELECT 1");
        await pair.Legacy.AddAsync(new Item { Code = "taken", ShelfId = 1 });
        await pair.Legacy.AddAsync(new Item { Code = "fine", ShelfId = 1 });
        await Eventually.GetAsync(pair.Legacy.StatusAsync, now => now.GetProperty("parked").GetInt32() == 1 && now.GetProperty("pending").GetInt32() == 1);
        Assert.AreEqual(1, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Code = 'fine'"));
        var parked = await pair.Legacy.Host.Client.GetStringAsync("/_sync/modules/sample/parked");
        Assert.Contains("unique", parked, StringComparison.OrdinalIgnoreCase);
        await pair.Service.ScalarAsync("DELETE FROM Items WHERE Id = 900; SELECT 1");
        var position = await pair.Legacy.ScalarAsync("SELECT position FROM sync_delivery");
        await pair.Legacy.DoAsync("parked/retry", new { positions = new[] { position } });
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Parked_WithLaterChangesOfItsKey_HoldsThemBack_AndDiscardedLetsThemGo()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:MaximumAttempts"] = "2" });
        await pair.Service.ScalarAsync("INSERT INTO Items (Id, Code, ShelfId, Price) VALUES (900, 'taken', 1, 1); SELECT 1");
        var id = await pair.Legacy.AddAsync(new Item { Code = "taken", ShelfId = 1 });
        await Eventually.GetAsync(pair.Legacy.StatusAsync, now => now.GetProperty("parked").GetInt32() == 1);
        // By itself the next change would be taken, and the one before it would be lost unseen.
        await ChangeAsync("free");
        await ChangeAsync("last");
        await pair.Legacy.AddAsync(new Item { Code = "other", ShelfId = 1 });
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Code = 'other'") == 1);
        Assert.AreEqual(0, await pair.Service.ScalarAsync($"SELECT COUNT(*) FROM Items WHERE Id = {id}"));
        var listed = JsonDocument.Parse(await pair.Legacy.Host.Client.GetStringAsync("/_sync/modules/sample/parked")).RootElement;
        Assert.AreEqual(1, listed.GetArrayLength());
        Assert.AreEqual($"item {id} sample.item-changed/1 2", $"{listed[0].GetProperty("entity")} {listed[0].GetProperty("key")} {listed[0].GetProperty("type")} {listed[0].GetProperty("attempts")}");
        // The other row's change is there before it is acknowledged here.
        await Eventually.GetAsync(pair.Legacy.StatusAsync, now => $"{now.GetProperty("parked")} {now.GetProperty("pending")}" == "1 3");
        var gone = await pair.Legacy.DoAsync("parked/discard", new { positions = new[] { listed[0].GetProperty("position").GetInt64() } });
        Assert.AreEqual(1, gone.GetProperty("count").GetInt32());
        await SamplePair.DrainedAsync(pair.Legacy);
        Assert.AreEqual(1, await pair.Service.ScalarAsync($"SELECT COUNT(*) FROM Items WHERE Id = {id} AND Code = 'last'"));
        Assert.AreEqual(0, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_outbox"));

        async Task ChangeAsync(string code) => await pair.Legacy.UseAsync(async context =>
        {
            (await context.Items.SingleAsync(item => item.Id == id)).Code = code;
            await context.SaveChangesAsync();
        });
    }
}

[TestClass]
public sealed class InboxOnSqlite() : InboxTests(TestDatabase.Sqlite);

[TestClass]
public sealed class InboxOnPostgreSql() : InboxTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class InboxOnSqlServer() : InboxTests(TestDatabase.SqlServer);
