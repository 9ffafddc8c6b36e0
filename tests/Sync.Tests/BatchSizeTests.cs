using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>What the other side's inbox takes in one request bounds the batches.</summary>
public abstract class BatchSizeTests(string provider) : DatabaseTests(provider)
{
    private static readonly Dictionary<string, string?> Small = new() { ["Sync:MaximumBodyBytes"] = "20000" };

    // The names of shelves are of any length on every database; codes, which are indexed, are not.
    private static Shelf[] Wide(char name) => [.. Enumerable.Range(1, 40).Select(n => new Shelf { Name = new string(name, 1_000) + n })];

    private static Task AddAsync(SamplePair pair, params Shelf[] shelves) => pair.Legacy.UseAsync(context =>
    {
        context.AddRange(shelves.AsEnumerable());
        return context.SaveChangesAsync();
    });

    [TestMethod]
    public async Task Relay_MoreThanABodyHolds_IsSentInParts()
    {
        await using var pair = await StartSyncedAsync(Small);
        await AddAsync(pair, Wide('a'));
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Backfill_MoreThanABodyHolds_IsSentInParts()
    {
        await using var pair = await StartAsync(Small);
        await AddAsync(pair, Wide('b'));
        await pair.SyncAsync();
        await pair.AssertEqualAsync();
        Assert.AreEqual(41, (await pair.Legacy.StatusAsync()).GetProperty("backfill").GetProperty("rows").GetInt64());
    }

    [TestMethod]
    public async Task Relay_RowLargerThanTheReceiverTakes_IsParkedAtOnce_AndTheOthersGoOn()
    {
        await using var pair = await StartSyncedAsync(prepare: pair => pair.Service.Settings["Sync:MaximumBodyBytes"] = "20000");
        pair.ToService.Fault = Fault.Refuse;
        await AddAsync(pair, [.. Wide('w'), new Shelf { Name = new string('x', 30_000) }, new Shelf { Name = "fine" }]);
        pair.ToService.Fault = Fault.None;
        await Eventually.GetAsync(pair.Legacy.StatusAsync, now => now.GetProperty("parked").GetInt32() == 1 && now.GetProperty("pending").GetInt32() == 1);
        Assert.AreEqual(42, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Shelves"));
        Assert.Contains("Sync:MaximumBodyBytes", await pair.Legacy.Host.Client.GetStringAsync("/_sync/modules/sample/parked"));
    }

    [TestMethod]
    public async Task Relay_RowLargerThanABody_IsParkedAtOnceAndNamesTheSetting()
    {
        await using var pair = await StartSyncedAsync(Small);
        await AddAsync(pair, new Shelf { Name = new string('x', 30_000) });
        await AddAsync(pair, new Shelf { Name = "fine" });
        await Eventually.GetAsync(pair.Legacy.StatusAsync, now => now.GetProperty("parked").GetInt32() == 1);
        await Eventually.TrueAsync(async () => await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Shelves WHERE Name = 'fine'") == 1);
        Assert.Contains("Sync:MaximumBodyBytes", await pair.Legacy.Host.Client.GetStringAsync("/_sync/modules/sample/parked"));
    }
}

[TestClass]
public sealed class BatchSizeOnSqlite() : BatchSizeTests(TestDatabase.Sqlite);

[TestClass]
public sealed class BatchSizeOnPostgreSql() : BatchSizeTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class BatchSizeOnSqlServer() : BatchSizeTests(TestDatabase.SqlServer);
