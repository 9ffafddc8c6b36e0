using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

public abstract class JourneyTests(string provider) : DatabaseTests(provider)
{
    [TestMethod]
    public async Task Backfill_RowsBeforeCapture_AreCopied()
    {
        await using var pair = await StartAsync();
        await pair.Legacy.AddAsync([.. Enumerable.Range(1, 4_500).Select(n => new Item { Code = $"c{n}", ShelfId = 1, Price = n / 100m })]);
        await pair.SyncAsync();
        await pair.AssertEqualAsync();
        Assert.AreEqual(4_500, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
    }

    [TestMethod]
    public async Task Capture_InsertUpdateOwnedDelete_Arrive()
    {
        await using var pair = await StartSyncedAsync();
        var id = await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1, Price = 1.50m }, new Item { Code = "b", ShelfId = 1, Price = 2m });
        await pair.Legacy.UseAsync(async context =>
        {
            (await context.Items.SingleAsync(item => item.Id == id)).Price = 9.99m;
            context.Remove(await context.Items.SingleAsync(item => item.Code == "b"));
            (await context.Shelves.SingleAsync()).Place.Row = 7;
            await context.SaveChangesAsync();
        });
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        Assert.AreEqual(7, await pair.Service.ScalarAsync("SELECT Place_Row FROM Shelves"));
        Assert.AreEqual(999, await pair.Service.ScalarAsync("SELECT Price FROM Items"));
        Assert.AreEqual(0, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_outbox"));
    }

    [TestMethod]
    public async Task Switch_ThereAndBack_KeysNeverCollideAndWritesFollow()
    {
        await using var pair = await StartSyncedAsync();
        var first = await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        var gone = await pair.Legacy.AddAsync(new Item { Code = "gone", ShelfId = 1 });
        await pair.Legacy.UseAsync(async context =>
        {
            context.Remove(await context.Items.SingleAsync(item => item.Id == gone));
            await context.SaveChangesAsync();
        });
        await SamplePair.SwitchAsync(pair.Legacy, pair.Service, 1);
        await Assert.ThrowsExactlyAsync<NotOwnerException>(() => pair.Legacy.AddAsync(new Item { Code = "refused", ShelfId = 1 }));
        var second = await pair.Service.AddAsync(new Item { Code = "b", ShelfId = 1 });
        Assert.IsGreaterThan(gone, second);
        await SamplePair.SwitchAsync(pair.Service, pair.Legacy, 2);
        var third = await pair.Legacy.AddAsync(new Item { Code = "c", ShelfId = 1 });
        Assert.IsGreaterThan(second, third);
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        Assert.AreEqual(3, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
        Assert.AreEqual(1, first);
    }

    [TestMethod]
    public async Task Write_OnFollower_IsAnswered421WithEpochAndState()
    {
        await using var pair = await StartSyncedAsync();
        using var answer = await pair.Service.Host.Client.PostAsJsonAsync("/items", new ItemChanged(0, "x", 1, 1));
        Assert.AreEqual(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        Assert.AreEqual("sample;1;follower", answer.Headers.GetValues("Strangler-Not-Owner").Single());
        Assert.AreEqual("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.AreEqual(0, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
    }

    [TestMethod]
    public async Task Write_OnOwner_NamesItsPosition()
    {
        await using var pair = await StartSyncedAsync();
        using var answer = await pair.Legacy.Host.Client.PostAsJsonAsync("/items", new ItemChanged(0, "x", 1, 1));
        var parts = answer.Headers.GetValues("Strangler-Position").Single().Split(';');
        Assert.AreEqual("sample;1", $"{parts[0]};{parts[1]}");
        var drain = await pair.Legacy.DoAsync("drain", new { position = long.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture), timeoutMs = 5_000 });
        Assert.IsTrue(drain.GetProperty("drained").GetBoolean());
        Assert.AreEqual(1, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
    }

    [TestMethod]
    public async Task Relay_DiesAfterSendBeforeAck_ReceiverAppliesOnce()
    {
        await using var pair = await StartSyncedAsync();
        pair.ToService.Fault = Fault.LoseAnswer;
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items") == 1);
        await pair.Service.ScalarAsync("UPDATE Items SET Seen = 'kept'; SELECT 1");
        await pair.Legacy.StopAsync();
        pair.ToService.Fault = Fault.Repeat;
        await pair.Legacy.StartAsync();
        await SamplePair.DrainedAsync(pair.Legacy);
        Assert.AreEqual(1, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Seen = 'kept'"));
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Retire_EndpointsAreGone_AndMessagesHaveNoEffect()
    {
        await using var pair = await StartSyncedAsync();
        await SamplePair.SwitchAsync(pair.Legacy, pair.Service, 1);
        await pair.Legacy.DoAsync("retire", new { epoch = 2 });
        using var gone = await pair.Legacy.Host.Client.GetAsync("/items");
        Assert.AreEqual(HttpStatusCode.Gone, gone.StatusCode);
        await pair.Service.AddAsync(new Item { Code = "later", ShelfId = 1 });
        await SamplePair.DrainedAsync(pair.Service);
        Assert.AreEqual(0, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM Items"));
        await pair.Service.DoAsync("retire", new { epoch = 2, role = "owner" });
        Assert.IsFalse((await pair.Service.StatusAsync()).GetProperty("capture").GetBoolean());
    }

    [TestMethod]
    public async Task Reconcile_RawSqlOnBothSides_IsFoundNamedAndRepaired()
    {
        await using var pair = await StartSyncedAsync();
        await pair.Legacy.AddAsync([.. Enumerable.Range(1, 50).Select(n => new Item { Code = $"c{n}", ShelfId = 1, Price = n })]);
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.Legacy.ScalarAsync("UPDATE Items SET Price = 1 WHERE Id = 7; DELETE FROM Items WHERE Id = 8; SELECT 1");
        await pair.Service.ScalarAsync("DELETE FROM Items WHERE Id = 9; SELECT 1");
        await pair.Legacy.DoAsync("reconcile", new { repair = false });
        await SamplePair.CompleteAsync(pair.Legacy, "reconcile");
        var found = (await pair.Legacy.StatusAsync()).GetProperty("reconcile");
        Assert.AreEqual(3, found.GetProperty("differences").GetInt32(), found.ToString());
        var examples = found.GetProperty("examples").EnumerateArray().ToDictionary(e => e.GetProperty("key").GetString()!);
        Assert.AreEqual("price", examples["7"].GetProperty("fields")[0].GetString());
        Assert.AreEqual("extra", examples["8"].GetProperty("kind").GetString());
        Assert.AreEqual("missing", examples["9"].GetProperty("kind").GetString());

        await pair.Legacy.DoAsync("reconcile", new { repair = true });
        await SamplePair.CompleteAsync(pair.Legacy, "reconcile");
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task ForeignReads_OfOthers_AreCountedButNotTheModulesOwn()
    {
        await using var pair = await StartSyncedAsync();
        async Task<long> CountAsync() => (await pair.Legacy.StatusAsync()).GetProperty("foreignReads").GetProperty("count").GetInt64();
        var before = await CountAsync();
        (await pair.Legacy.Host.Client.GetAsync("/items")).EnsureSuccessStatusCode();
        Assert.AreEqual(before, await CountAsync());
        (await pair.Legacy.Host.Client.GetAsync("/report")).EnsureSuccessStatusCode();
        Assert.AreEqual(before + 1, await CountAsync());
    }

    [TestMethod]
    public async Task Detach_TellsOtherModulesToReadFromTheService()
    {
        await using var pair = await StartSyncedAsync();
        var reads = pair.Legacy.Host.App.Services.GetRequiredService<IModuleReads>();
        Assert.AreEqual(ModuleReadMode.Local, reads.ModeOf("sample"));
        await pair.Legacy.DoAsync("detach", new { detached = true });
        Assert.AreEqual(ModuleReadMode.Remote, reads.ModeOf("sample"));
        await pair.Legacy.DoAsync("detach", new { detached = false });
        Assert.AreEqual(ModuleReadMode.Local, reads.ModeOf("sample"));
    }

    [TestMethod]
    public async Task Backfill_OwnerDiesInTheMiddle_GoesOnAfterTheRestart()
    {
        await using var pair = await StartAsync(new() { ["Sync:BackfillChunk"] = "100", ["Sync:BackfillRowsPerSecond"] = "4000" });
        await pair.Legacy.AddAsync([.. Enumerable.Range(1, 3_000).Select(n => new Item { Code = $"c{n}", ShelfId = 1 })]);
        await pair.Service.DoAsync("follow", new { epoch = 1, reset = true });
        await pair.Legacy.DoAsync("capture", new { enabled = true });
        await pair.Legacy.DoAsync("backfill", new { restart = true });
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items") > 300);
        await pair.Legacy.StopAsync();
        var before = await pair.Legacy.ScalarAsync("SELECT rows FROM sync_backfill");
        Assert.IsGreaterThan(0, before);
        await pair.Legacy.StartAsync();
        await SamplePair.CompleteAsync(pair.Legacy, "backfill");
        Assert.AreEqual(3_001, (await pair.Legacy.StatusAsync()).GetProperty("backfill").GetProperty("rows").GetInt64());
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task CaptureOff_DiscardsWhatWasNotDelivered()
    {
        await using var pair = await StartSyncedAsync();
        pair.ToService.Fault = Fault.Refuse;
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        var status = await pair.Legacy.DoAsync("capture", new { enabled = false });
        Assert.AreEqual(0, status.GetProperty("pending").GetInt64());
        await pair.Legacy.AddAsync(new Item { Code = "b", ShelfId = 1 });
        Assert.AreEqual(0, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_outbox"));
    }
}

[TestClass]
public sealed class JourneyOnSqlite() : JourneyTests(TestDatabase.Sqlite);

[TestClass]
public sealed class JourneyOnPostgreSql() : JourneyTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class JourneyOnSqlServer() : JourneyTests(TestDatabase.SqlServer);
