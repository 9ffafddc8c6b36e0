using System.Net;
using Microsoft.EntityFrameworkCore;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>Calls of a coordinator that stood still while another went on: what it knew then no longer holds, and nothing of it is done.</summary>
public abstract class LateCallTests(string provider) : DatabaseTests(provider)
{
    [TestMethod]
    public async Task LateCaptureOff_AfterAnotherCoordinatorHasBegunAnew_IsRefused()
    {
        await using var pair = await StartSyncedAsync();
        // The one was about to stop the flow at epoch 1 when the other let it begin anew.
        await pair.Service.DoAsync("follow", new { epoch = 2, reset = true, expected = 1 });
        await pair.Legacy.DoAsync("capture", new { enabled = true, expected = 1, at = 2 });
        await pair.Legacy.DoAsync("backfill", new { restart = true });
        await SamplePair.CompleteAsync(pair.Legacy, "backfill");
        var late = await pair.Legacy.TryAsync("capture", new { enabled = false, expected = 1, at = 1 });
        await pair.Legacy.AddAsync(new Item { Code = "unseen", ShelfId = 1 });
        Assert.AreEqual(HttpStatusCode.Conflict, late.StatusCode);
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task LateFollowReset_ThenARepeatedDelivery_ChangesNothing()
    {
        await using var pair = await StartSyncedAsync();
        var id = await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1, Price = 1 });
        await SamplePair.DrainedAsync(pair.Legacy);
        var old = $$"""{"module":"sample","from":"legacy","messages":[["item","{{id}}","sample.item-changed/1",1,2,null,{"id":{{id}},"code":"a","shelfId":1,"price":1}]]}""";
        await pair.Legacy.UseAsync(async context =>
        {
            (await context.Items.SingleAsync()).Price = 9;
            await context.SaveChangesAsync();
        });
        await SamplePair.DrainedAsync(pair.Legacy);
        var late = await pair.Service.TryAsync("follow", new { epoch = 1, reset = true, expected = 0 });
        Assert.AreEqual(HttpStatusCode.Conflict, late.StatusCode);
        using var again = await pair.Service.Host.Client.PostAsync("/_sync/inbox", new StringContent(old, System.Text.Encoding.UTF8, "application/json"));
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task LateDiscard_AfterAnotherCoordinatorHasTurnedCaptureOn_LeavesWhatItCaptured()
    {
        await using var pair = await StartSyncedAsync();
        pair.ToService.Fault = Fault.Refuse;
        // Enough that the discard is still at it when the other coordinator comes.
        for (var some = 0; some < 6; some++) await pair.Legacy.AddAsync([.. Enumerable.Range(0, 1_000).Select(n => new Item { Code = $"{some}-{n}", ShelfId = 1 })]);
        var off = pair.Legacy.DoAsync("capture", new { enabled = false });
        await Eventually.TrueAsync(async () => await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_ownership WHERE capture = 0") == 1);
        await pair.Legacy.DoAsync("capture", new { enabled = true });
        await pair.Legacy.AddAsync(new Item { Code = "captured", ShelfId = 1 });
        await off;
        Assert.AreEqual(1, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_delivery"));
        Assert.Contains("captured", (await pair.Legacy.PayloadsAsync())[^1]);
    }
}

[TestClass]
public sealed class LateCallOnSqlite() : LateCallTests(TestDatabase.Sqlite);

[TestClass]
public sealed class LateCallOnPostgreSql() : LateCallTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class LateCallOnSqlServer() : LateCallTests(TestDatabase.SqlServer);
