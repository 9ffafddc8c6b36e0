using Microsoft.EntityFrameworkCore;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>Messages of one entity in two versions, between processes of which one knows only the older, or neither.</summary>
public abstract class ContractVersionTests(string provider) : DatabaseTests(provider)
{
    private sealed record ItemChanged2(int Id, string Code, int ShelfId, decimal Price, string? Seen);

    /// <summary>The next version of the program: its message carries what the first one kept to itself.</summary>
    private static void DeclareNewer(ModuleBuilder module) => Declare(module, "sample.item-changed/2", older: true);

    private static void Declare(ModuleBuilder module, string changed, bool older, string name = "item") => module
        .Context<SampleContext>()
        .Entity<Shelf, ShelfChanged, ShelfRemoved>(e => e
            .Named("shelf").Messages("sample.shelf-changed/1", "sample.shelf-removed/1")
            .Key(s => s.Id)
            .ToChanged(s => new ShelfChanged(s.Id, s.Name, s.Place.Row, s.WithinId))
            .ToRemoved(id => new ShelfRemoved(id))
            .ToEntity(m => new Shelf { Id = m.Id, Name = m.Name, Place = new Place { Row = m.Row }, WithinId = m.WithinId }))
        .Entity<Item, ItemChanged2, ItemRemoved>(e =>
        {
            e.Named(name).Messages(changed, "sample.item-removed/1")
                .Key(i => i.Id)
                .ToChanged(i => new ItemChanged2(i.Id, i.Code, i.ShelfId, i.Price, i.Seen))
                .ToRemoved(id => new ItemRemoved(id))
                .ToEntity(m => new Item { Id = m.Id, Code = m.Code, ShelfId = m.ShelfId, Price = m.Price, Seen = m.Seen });
            if (!older) return;
            e.Older<ItemChanged>(
                "sample.item-changed/1",
                i => new ItemChanged(i.Id, i.Code, i.ShelfId, i.Price),
                m => new Item { Id = m.Id, Code = m.Code, ShelfId = m.ShelfId, Price = m.Price },
                i => i.Seen);
        });

    private static async Task ReconcileAsync(SampleSide owner)
    {
        await owner.DoAsync("reconcile", new { repair = false });
        await SamplePair.CompleteAsync(owner, "reconcile");
        Assert.AreEqual(0, (await owner.StatusAsync()).GetProperty("reconcile").GetProperty("differences").GetInt64());
    }

    private static Task<int> ChangeAsync(SampleSide side, int id, decimal price, string seen) => side.UseAsync(async context =>
    {
        var item = await context.Items.SingleAsync(item => item.Id == id);
        (item.Price, item.Seen) = (price, seen);
        return await context.SaveChangesAsync();
    });

    [TestMethod]
    public async Task NewOwner_OldReceiver_AndBack_UnderstandEachOther()
    {
        await using var pair = await StartAsync(prepare: pair => pair.Legacy.Declare = DeclareNewer);
        var id = await pair.Legacy.AddAsync(new Item { Code = "before", ShelfId = 1, Seen = "by backfill" });
        await pair.SyncAsync();
        await pair.AssertEqualAsync();
        await pair.Legacy.AddAsync(new Item { Code = "live", ShelfId = 1, Seen = "by relay" });
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        Assert.AreEqual(0, (await pair.Legacy.StatusAsync()).GetProperty("parked").GetInt64());
        await ReconcileAsync(pair.Legacy);

        await SamplePair.SwitchAsync(pair.Legacy, pair.Service, 1);
        await ChangeAsync(pair.Service, id, 7, "by the old one");
        await SamplePair.DrainedAsync(pair.Service);
        await pair.AssertEqualAsync();
        Assert.AreEqual(1, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Price = 700 AND Seen = 'by backfill'"));
        await ReconcileAsync(pair.Service);
    }

    [TestMethod]
    public async Task OldOwner_NewReceiver_IsRead_AndKeepsWhatTheOldOneDoesNotKnow()
    {
        await using var pair = await StartSyncedAsync(prepare: pair => pair.Service.Declare = DeclareNewer);
        var id = await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.Service.ScalarAsync("UPDATE Items SET Seen = 'here'; SELECT 1");
        await ChangeAsync(pair.Legacy, id, 3, "there");
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        Assert.AreEqual(1, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Price = 300 AND Seen = 'here'"));
        await ReconcileAsync(pair.Legacy);
    }

    [TestMethod]
    public async Task Receiver_ThatIsUpgraded_GetsTheNewerVersion()
    {
        await using var pair = await StartSyncedAsync(prepare: pair => pair.Legacy.Declare = DeclareNewer);
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1, Seen = "not carried" });
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.Service.StopAsync();
        pair.Service.Declare = DeclareNewer;
        await pair.Service.StartAsync();
        // What it learnt of the receiver does not outlive the sender's process, either.
        await pair.Legacy.StopAsync();
        await pair.Legacy.StartAsync();
        await pair.Legacy.AddAsync(new Item { Code = "b", ShelfId = 1, Seen = "carried" });
        await SamplePair.DrainedAsync(pair.Legacy);
        Assert.AreEqual(0, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Seen = 'not carried'"));
        Assert.AreEqual(1, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Seen = 'carried'"));
    }

    [TestMethod]
    [DataRow("sample.item-changed/3", "item", "sample.item-changed/3")]
    [DataRow("sample.box-changed/1", "item", "sample.box-changed/1")]
    [DataRow("sample.item-changed/1", "box", "'box'")]
    public async Task UnknownVersionOrName_IsRefusedWithAReasonAndParked_AndTheOthersGoOn(string type, string name, string reason)
    {
        await using var pair = await StartSyncedAsync(
            new() { ["Sync:MaximumAttempts"] = "2" }, pair => pair.Legacy.Declare = module => Declare(module, type, older: false, name));
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        await pair.Legacy.UseAsync(async context =>
        {
            context.Add(new Shelf { Name = "goes on" });
            await context.SaveChangesAsync();
        });
        await Eventually.GetAsync(pair.Legacy.StatusAsync, now => now.GetProperty("parked").GetInt32() == 1 && now.GetProperty("pending").GetInt32() == 1);
        Assert.Contains(reason, await pair.Legacy.Host.Client.GetStringAsync("/_sync/modules/sample/parked"));
        Assert.AreEqual(1, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Shelves WHERE Name = 'goes on'"));
        Assert.AreEqual(0, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
    }
}

[TestClass]
public sealed class ContractVersionsOnSqlite() : ContractVersionTests(TestDatabase.Sqlite);

[TestClass]
public sealed class ContractVersionsOnPostgreSql() : ContractVersionTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class ContractVersionsOnSqlServer() : ContractVersionTests(TestDatabase.SqlServer);
