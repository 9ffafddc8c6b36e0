using Journey.Tests.Load;
using Journey.Tests.Shop;
using TestKit.Databases;
using TestKit.Processes;

namespace Journey.Tests;

/// <summary>The catalog moves out while people use the shop, comes back, and moves out for good. Real processes throughout, one system at a time.</summary>
[TestClass, DoNotParallelize]
public sealed class CatalogJourneyTests
{
    private static readonly (string Stage, int? Percent)[] _way = [("Legacy", null), ("Syncing", null), ("Shadow", null), ("Canary", 10), ("Canary", 50), ("Canary", 100), ("Extracted", null)];

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [Timeout(300_000)]
    public async Task Catalog_ThereAndBackAndRetiredUnderLoad_NothingFailsDiffersOrIsLost()
    {
        await using var shop = await ShopSystem.StartAsync();
        await using var load = await ShopLoad.StartAsync(shop.Public, shop.Legacy);
        await load.PassAsync(100);

        await ThereAsync(shop, load);
        await shop.RollbackAsync("Legacy");
        await load.PassAsync(200);
        await ThereAsync(shop, load);

        await shop.DetachAsync();
        await shop.AdvanceAsync("Retired");
        await load.PassAsync(200);

        var report = await load.StopAsync();
        TestContext.WriteLine(report.ToString());
        Assert.IsEmpty(report.Failures, string.Join('\n', report.Failures.Take(10)));
        Assert.IsEmpty(report.Differences, string.Join('\n', report.Differences.Take(10)));
        await ShopSystem.AssertHoldsAsync(shop.Service, load.History);
    }

    /// <summary>Each time it is the process that follows and no user asks, with changes on their way to it.</summary>
    [TestMethod]
    [Timeout(600_000)]
    [DataRow(TestDatabase.Sqlite, ChannelSettings.Http, 200)]
    [DataRow(TestDatabase.Sqlite, ChannelSettings.NServiceBus, 200)]
    [DataRow(TestDatabase.PostgreSql, ChannelSettings.NServiceBus, 200)]
    // No more than a SQL Server without a machine of its own gets through.
    [DataRow(TestDatabase.SqlServer, ChannelSettings.NServiceBus, 10)]
    public async Task Catalog_ThereAndBackWithAProcessKilledEachWay_NothingFailsDiffersOrIsLost(string provider, string channel, int writesPerSecond)
    {
        await using var shop = await ShopSystem.StartAsync(provider, channel);
        await using var load = await ShopLoad.StartAsync(shop.Public, shop.Legacy, writesPerSecond, readsPerSecond: writesPerSecond);
        await load.PassAsync(100);

        await shop.AdvanceAsync("Syncing");
        await KillAsync(shop, load, "catalog");
        await ThereAsync(shop, load, after: "Syncing");
        await KillAsync(shop, load, "legacy");
        await shop.RollbackAsync("Legacy");
        await load.PassAsync(200);

        var report = await load.StopAsync();
        TestContext.WriteLine($"{provider} over {channel}: {report}");
        Assert.IsEmpty(report.Failures, string.Join('\n', report.Failures.Take(10)));
        Assert.IsEmpty(report.Differences, string.Join('\n', report.Differences.Take(10)));
        await ShopSystem.AssertHoldsAsync(shop.Legacy, load.History);
    }

    [TestMethod]
    [Timeout(180_000)]
    public async Task Catalog_AtEveryStageOnceDrained_BothSidesHoldEveryAcknowledgedWrite()
    {
        await using var shop = await ShopSystem.StartAsync();
        var history = new WriteHistory();
        foreach (var (stage, percent) in new (string, int?)[] { ("Syncing", null), ("Shadow", null), ("Canary", 50), ("Canary", 100), ("Extracted", null) })
        {
            await using var load = await ShopLoad.StartAsync(shop.Public, shop.Legacy, history: history);
            await load.PassAsync(50);
            await shop.AdvanceAsync(stage, percent);
            await load.PassAsync(100);
            var report = await load.StopAsync();
            Assert.IsEmpty(report.Failures, $"at {stage}: {string.Join('\n', report.Failures.Take(10))}");
            Assert.IsEmpty(report.Differences, $"at {stage}: {string.Join('\n', report.Differences.Take(10))}");

            await shop.DrainedAsync();
            await ShopSystem.AssertHoldsAsync(shop.Legacy, history);
            await ShopSystem.AssertHoldsAsync(shop.Service, history);
        }
    }

    [TestMethod]
    [Timeout(120_000)]
    public async Task LegacyPagesThatJoinTheCatalog_AfterTheSwitch_ShowAPriceChangedInTheService()
    {
        await using var shop = await ShopSystem.StartAsync();
        await shop.ForceAsync("Extracted");

        await shop.SetPriceAsync(product: 1, price: 4321.09m);
        await shop.DrainedAsync();

        StringAssert.Contains(await shop.Processes.Public.GetStringAsync("/reports/sales?productId=1"), "4,321.09", "the sales report joins the legacy's copy of the product");
        Assert.AreEqual(2 * 4321.09m, await shop.OrderTotalAsync(product: 1, quantity: 2), "checkout charges the service's price");
    }

    private static async Task ThereAsync(ShopSystem shop, ShopLoad load, string after = "Legacy")
    {
        foreach (var (stage, percent) in _way.SkipWhile(step => step.Stage != after).Skip(1))
        {
            await shop.AdvanceAsync(stage, percent);
            await load.PassAsync(100);
        }
    }

    private static async Task KillAsync(ShopSystem shop, ShopLoad load, string name)
    {
        await load.PassAsync(50);
        await shop.Processes[name].KillAsync();
        await load.PassAsync(100);
        await shop.Processes[name].RestartAsync();
    }
}
