using Microsoft.EntityFrameworkCore;
using Sync.Tests.Sample;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>Backfills whose rows cannot be written in the order of their keys.</summary>
public abstract class BackfillTests(string provider) : DatabaseTests(provider)
{
    private async Task<SamplePair> StartWithoutCaptureAsync(int items, string chunk)
    {
        var pair = await StartAsync(new() { ["Sync:BackfillChunk"] = chunk });
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
