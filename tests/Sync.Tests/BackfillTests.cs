using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>Backfills whose rows cannot be written in the order of their keys.</summary>
public abstract class BackfillTests(string provider) : DatabaseTests(provider)
{
    private async Task<SamplePair> StartWithoutCaptureAsync(int items, string chunk, Dictionary<string, string?>? settings = null)
    {
        var pair = await StartAsync(new(settings ?? []) { ["Sync:BackfillChunk"] = chunk });
        await pair.Legacy.AddAsync([.. Enumerable.Range(0, items).Select(n => new Item { Code = $"c{n}", ShelfId = 1 })]);
        await pair.SyncAsync();
        await pair.Legacy.DoAsync("capture", new { enabled = false });
        return pair;
    }

    /// <summary>Each row takes the value of the next, the last that of the first.</summary>
    private static async Task RotateAsync(SampleSide side, int items) => await side.UseAsync(async context =>
    {
        await using var transaction = await context.Database.BeginTransactionAsync();
        await context.Items.ExecuteUpdateAsync(set => set.SetProperty(item => item.Code, item => "t" + item.Code));
        var rows = await context.Items.OrderBy(item => item.Id).ToListAsync();
        for (var n = 0; n < items; n++) rows[n].Code = $"c{(n + 1) % items}";
        await context.SaveChangesAsync();
        await transaction.CommitAsync();
    });

    private static async Task BackfillAsync(SamplePair pair)
    {
        await pair.Legacy.DoAsync("capture", new { enabled = true });
        await pair.Legacy.DoAsync("backfill", new { restart = true });
        await SamplePair.CompleteAsync(pair.Legacy, "backfill");
        await pair.AssertEqualAsync();
    }

    /// <summary>The first delivery, which holds the shelves, is under way until the gate is released.</summary>
    private static async Task BeginWithShelvesHeldAsync(SamplePair pair)
    {
        await pair.Legacy.DoAsync("capture", new { enabled = true });
        pair.ToService.Fault = Fault.Hold;
        await pair.Legacy.DoAsync("backfill", new { restart = true });
        await Eventually.TrueAsync(() => pair.ToService.Held > 0, what: "the shelves are under way");
    }

    private static async Task<JsonElement> FailedAsync(SamplePair pair)
    {
        var status = await Eventually.GetAsync(pair.Legacy.StatusAsync, static now => now.GetProperty("backfill").GetProperty("state").GetString() == "failed");
        return status.GetProperty("backfill");
    }

    [TestMethod]
    public async Task Backfill_OfRowsThatSwappedUniqueValuesWhileCaptureWasOff_Completes()
    {
        await using var pair = await StartWithoutCaptureAsync(items: 2, chunk: "1");
        await RotateAsync(pair.Legacy, 2);
        await BackfillAsync(pair);
    }

    [TestMethod]
    public async Task Backfill_OfALongRingOfUniqueValues_OverManyBatches_Completes()
    {
        await using var pair = await StartWithoutCaptureAsync(items: 66, chunk: "22");
        await RotateAsync(pair.Legacy, 66);
        await BackfillAsync(pair);
    }

    [TestMethod]
    public async Task Backfill_OfChildrenWithLowerKeysThanTheirParents_Completes()
    {
        await using var pair = await StartAsync(new() { ["Sync:BackfillChunk"] = "5" });
        await pair.Legacy.UseAsync(async context =>
        {
            var shelves = Enumerable.Range(0, 30).Select(n => new Shelf { Name = $"s{n}" }).ToArray();
            context.AddRange(shelves.AsEnumerable());
            await context.SaveChangesAsync();
            for (var n = 0; n < 29; n++) shelves[n].WithinId = shelves[n + 1].Id;
            await context.SaveChangesAsync();
        });
        await pair.SyncAsync();
        await pair.AssertEqualAsync();
        Assert.AreEqual(29, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Shelves WHERE WithinId IS NOT NULL"));
    }

    [TestMethod]
    public async Task Backfill_WhileTheReceiverIsAway_SaysSoAndGoesOnOnceItIsBack()
    {
        await using var pair = await StartWithoutCaptureAsync(items: 30, chunk: "10", new() { ["Sync:InitialBackoff"] = "00:00:00.001", ["Sync:MaximumBackoff"] = "00:00:00.010" });
        await BeginWithShelvesHeldAsync(pair);
        pair.ToService.Fault = Fault.Refuse;
        pair.ToService.Release();
        await Eventually.TrueAsync(() => pair.ToService.Refused > 20, what: "it was asked again and again");
        var waiting = (await pair.Legacy.StatusAsync()).GetProperty("backfill");
        Assert.AreEqual("running", waiting.GetProperty("state").GetString());
        StringAssert.Contains(waiting.GetProperty("error").GetString(), "503");
        pair.ToService.Fault = Fault.None;
        await SamplePair.CompleteAsync(pair.Legacy, "backfill");
        var complete = (await pair.Legacy.StatusAsync()).GetProperty("backfill");
        Assert.AreEqual(JsonValueKind.Null, complete.GetProperty("error").ValueKind);
        Assert.AreEqual(complete.GetProperty("total").GetInt64(), complete.GetProperty("rows").GetInt64(), "what was taken is not sent again");
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Backfill_WhoseReceiverStaysAway_FailsOnceItsPatienceIsOver()
    {
        await using var pair = await StartWithoutCaptureAsync(items: 3, chunk: "2", new() { ["Sync:BackfillPatience"] = "00:00:00.200" });
        pair.ToService.Fault = Fault.Refuse;
        await pair.Legacy.DoAsync("capture", new { enabled = true });
        await pair.Legacy.DoAsync("backfill", new { restart = true });
        var failed = await FailedAsync(pair);
        StringAssert.Contains(failed.GetProperty("error").GetString(), "503");
        pair.ToService.Fault = Fault.None;
        await pair.Legacy.DoAsync("backfill", new { restart = false });
        await SamplePair.CompleteAsync(pair.Legacy, "backfill");
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Backfill_InChunksThatTakeTheReceiverTooLong_SendsSmallerOnes()
    {
        await using var pair = await StartWithoutCaptureAsync(items: 60, chunk: "40", new() { ["Sync:SendTimeout"] = "00:00:02" });
        pair.ToService.Fault = Fault.Slow;
        await BackfillAsync(pair);
        var complete = (await pair.Legacy.StatusAsync()).GetProperty("backfill");
        Assert.AreEqual(complete.GetProperty("total").GetInt64(), complete.GetProperty("rows").GetInt64());
    }

    [TestMethod]
    public async Task Backfill_WhoseReceiverAnswersAndTakesNoRows_FailsOnceItsPatienceIsOver()
    {
        await using var pair = await StartWithoutCaptureAsync(items: 3, chunk: "2", new() { ["Sync:BackfillPatience"] = "00:00:00.500" });
        await BeginWithShelvesHeldAsync(pair);
        pair.ToService.Fault = Fault.RefuseChanges;
        pair.ToService.Release();
        await FailedAsync(pair);
    }

    [TestMethod]
    public async Task Backfill_ResumedBeforeItsFailureIsStored_BeginsAnew()
    {
        await using var pair = await StartWithoutCaptureAsync(items: 3, chunk: "2", new() { ["Sync:BackfillPatience"] = "00:00:00" });
        await BeginWithShelvesHeldAsync(pair);
        Task resumed;
        // Nothing is stored meanwhile.
        using (await pair.Legacy.Host.App.Services.GetRequiredService<SyncDatabase>().EnterWriteAsync())
        {
            var service = pair.ToService.Target;
            pair.ToService.Target = null;
            pair.ToService.Release();
            await FailedAsync(pair);
            (pair.ToService.Fault, pair.ToService.Target) = (Fault.None, service);
            resumed = pair.Legacy.DoAsync("backfill", new { restart = false });
        }

        await resumed;
        await SamplePair.CompleteAsync(pair.Legacy, "backfill");
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Backfill_OfARowThatTakesTheValueOfOneOnlyTheReceiverHas_WhichHasChildren_Completes()
    {
        await using var pair = await StartWithoutCaptureAsync(items: 3, chunk: "2");
        await pair.Service.ScalarAsync("INSERT INTO Shelves (Id, Name, Place_Row) VALUES (90, 'x', 0); INSERT INTO Shelves (Id, Name, Place_Row, WithinId) VALUES (91, 'y', 0, 90); INSERT INTO Items (Id, Code, ShelfId, Price) VALUES (900, 'mine', 91, 1); SELECT 1");
        await pair.Legacy.AddAsync(new Item { Code = "mine", ShelfId = 1 });
        await BackfillAsync(pair);
    }
}

[TestClass]
public sealed class BackfillOnSqlite() : BackfillTests(TestDatabase.Sqlite);

[TestClass]
public sealed class BackfillOnPostgreSql() : BackfillTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class BackfillOnSqlServer() : BackfillTests(TestDatabase.SqlServer);
