using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>What the other side's inbox takes in one request bounds the batches.</summary>
public abstract class BatchSizeTests(string provider) : DatabaseTests(provider)
{
    private static readonly Dictionary<string, string?> Small = new() { ["Sync:MaximumBodyBytes"] = "20000" };

    private static Item[] Wide(char code) => [.. Enumerable.Range(1, 40).Select(n => new Item { Code = new string(code, 1_000) + n, ShelfId = 1 })];

    [TestMethod]
    public async Task Relay_MoreThanABodyHolds_IsSentInParts()
    {
        await using var pair = await StartSyncedAsync(Small);
        await pair.Legacy.AddAsync(Wide('a'));
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Backfill_MoreThanABodyHolds_IsSentInParts()
    {
        await using var pair = await StartAsync(Small);
        await pair.Legacy.AddAsync(Wide('b'));
        await pair.SyncAsync();
        await pair.AssertEqualAsync();
        Assert.AreEqual(41, (await pair.Legacy.StatusAsync()).GetProperty("backfill").GetProperty("rows").GetInt64());
    }

    [TestMethod]
    public async Task Relay_RowLargerThanABody_IsParkedAtOnceAndNamesTheSetting()
    {
        await using var pair = await StartSyncedAsync(Small);
        await pair.Legacy.AddAsync(new Item { Code = new string('x', 30_000), ShelfId = 1 });
        await pair.Legacy.AddAsync(new Item { Code = "fine", ShelfId = 1 });
        await Eventually.GetAsync(pair.Legacy.StatusAsync, now => now.GetProperty("parked").GetInt32() == 1);
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Code = 'fine'") == 1);
        Assert.Contains("Sync:MaximumBodyBytes", await pair.Legacy.Host.Client.GetStringAsync("/_sync/modules/sample/parked"));
    }
}

[TestClass]
public sealed class BatchSizeOnSqlite() : BatchSizeTests(TestDatabase.Sqlite);

[TestClass]
public sealed class BatchSizeOnPostgreSql() : BatchSizeTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class BatchSizeOnSqlServer() : BatchSizeTests(TestDatabase.SqlServer);
