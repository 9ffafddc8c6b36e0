using System.Net;
using Microsoft.EntityFrameworkCore;
using Sync.Tests.Sample;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>Calls of a coordinator that stood still while another went on: what it knew then no longer holds, and nothing of it is done.</summary>
[TestClass]
public sealed class LateCallTests
{
    [TestMethod]
    public async Task LateCaptureOff_AfterAnotherCoordinatorHasBegunAnew_IsRefused()
    {
        await using var pair = await SamplePair.StartSyncedAsync(TestDatabase.Sqlite);
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
        await using var pair = await SamplePair.StartSyncedAsync(TestDatabase.Sqlite);
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
}
