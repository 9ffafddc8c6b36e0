using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>A module's changes have further receivers than its other side: each takes its own time, and nobody waits for another.</summary>
public abstract class SubscriberTests(string provider) : DatabaseTests(provider)
{
    private const string Setting = "Sync:Subscribers:sample:copy";
    private const string Waiting = "SELECT COUNT(*) FROM sync_delivery WHERE receiver = ";

    /// <summary>Both sides in step, and a copy that either would send to.</summary>
    private async Task<(SamplePair Pair, SampleSide Copy, Gate ToCopy)> StartWithCopyAsync()
    {
        var toCopy = await Gate.StartAsync();
        var pair = await StartSyncedAsync(new() { ["Sync:SendTimeout"] = "00:10:00", ["Sync:MaximumAttempts"] = "3" }, pair =>
        {
            pair.Legacy.Settings[Setting] = toCopy.Address.ToString();
            pair.Service.Settings[Setting] = toCopy.Address.ToString();
        });
        var copy = new SampleSide("service", await TestDatabase.CreateAsync(Provider), toCopy, pair.Legacy.Host.Address);
        await copy.StartAsync();
        await copy.ScalarAsync("INSERT INTO Shelves (Id, Name, Place_Row) VALUES (1, 'first', 0); SELECT 1");
        return (pair, copy, toCopy);
    }

    [TestMethod]
    [DataRow(Fault.Refuse)]
    [DataRow(Fault.Hold)]
    public async Task DeadOrSilentSubscriber_HoldsUpNobodyElse_AndGetsEverythingOnceItIsBack(Fault fault)
    {
        var (pair, copy, toCopy) = await StartWithCopyAsync();
        await using var _ = pair;
        await using var __ = copy;
        await using var ___ = toCopy;
        toCopy.Fault = fault;
        await pair.Legacy.AddAsync(new Item { Code = "first", ShelfId = 1 });
        await Eventually.TrueAsync(() => toCopy.Held + toCopy.Refused > 0, what: "a call to the copy that ends badly or not at all");
        await pair.Legacy.AddAsync([.. Enumerable.Range(1, 50).Select(n => new Item { Code = $"c{n}", ShelfId = 1 })]);
        // A switch there and back does not wait for it either.
        await SamplePair.SwitchAsync(pair.Legacy, pair.Service, 1);
        await pair.AssertEqualAsync();
        await pair.Service.AddAsync(new Item { Code = "of the service", ShelfId = 1 });
        await SamplePair.SwitchAsync(pair.Service, pair.Legacy, 2);
        await pair.AssertEqualAsync();
        Assert.AreEqual(51, await pair.Legacy.ScalarAsync(Waiting + "'sample/copy'"));
        Assert.AreEqual(51, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_outbox"), "The rows live until every receiver has acknowledged them.");

        toCopy.Fault = Fault.None;
        toCopy.Release();
        await Eventually.TrueAsync(async () => await copy.DumpAsync() == await pair.Legacy.DumpAsync(), TimeSpan.FromSeconds(60), "the copy has everything");
        await Eventually.TrueAsync(async () => await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_outbox") == 0);
    }

    [TestMethod]
    public async Task ChangeThatOneReceiverRefuses_IsParkedForItAlone()
    {
        var (pair, copy, toCopy) = await StartWithCopyAsync();
        await using var _ = pair;
        await using var __ = copy;
        await using var ___ = toCopy;
        await copy.ScalarAsync("INSERT INTO Items (Id, Code, ShelfId, Price) VALUES (900, 'taken', 1, 1); SELECT 1");
        await pair.Legacy.AddAsync(new Item { Code = "taken", ShelfId = 1 });
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        await Eventually.TrueAsync(async () => await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_delivery WHERE state = 1") == 1);
        var parked = System.Text.Json.JsonDocument.Parse(await pair.Legacy.Host.Client.GetStringAsync("/_sync/modules/sample/parked")).RootElement[0];
        Assert.AreEqual("sample/copy", parked.GetProperty("receiver").GetString());
        Assert.AreEqual(0, (await pair.Legacy.StatusAsync()).GetProperty("parked").GetInt32(), "What is parked for a copy is in no switch's way.");
    }

    [TestMethod]
    public async Task Retire_WithASubscriber_NothingIsWrittenForTheRetiredPeer()
    {
        var (pair, copy, toCopy) = await StartWithCopyAsync();
        await using var _ = pair;
        await using var __ = copy;
        await using var ___ = toCopy;
        await SamplePair.SwitchAsync(pair.Legacy, pair.Service, 1);
        await pair.Legacy.DoAsync("retire", new { epoch = 2 });
        await pair.Service.DoAsync("retire", new { epoch = 2, role = "owner" });
        // The retired side is switched off some day, and this one is restarted.
        pair.ToLegacy.Fault = Fault.Refuse;
        await pair.Service.AddAsync(new Item { Code = "before", ShelfId = 1 });
        await pair.Service.StopAsync();
        await pair.Service.StartAsync();
        await pair.Service.AddAsync(new Item { Code = "after", ShelfId = 1 });
        Assert.AreEqual(0, await pair.Service.ScalarAsync(Waiting + "'sample'"));
        Assert.IsTrue((await pair.Service.StatusAsync()).GetProperty("capture").GetBoolean());
        await Eventually.TrueAsync(async () => await copy.DumpAsync() == await pair.Service.DumpAsync());
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM sync_outbox") == 0);
    }
}

[TestClass]
public sealed class SubscriberOnSqlite() : SubscriberTests(TestDatabase.Sqlite);

[TestClass]
public sealed class SubscriberOnPostgreSql() : SubscriberTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class SubscriberOnSqlServer() : SubscriberTests(TestDatabase.SqlServer);
