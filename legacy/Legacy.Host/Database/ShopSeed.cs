using System.Diagnostics;
using Legacy.Catalog.Data;
using Legacy.Customers.Data;
using Legacy.Inventory.Data;
using Legacy.Ordering.Data;
using Legacy.Payments.Data;
using Legacy.Web.Seeding;

namespace Legacy.Host.Database;

/// <summary>Fills an empty database, the same on every machine.</summary>
internal static partial class ShopSeed
{
    public static void Insert(SeedTable insert, SeedPlan plan, ILogger logger)
    {
        var watch = Stopwatch.StartNew();
        CatalogSeed.Insert(insert, plan, Progress("products"));
        InventorySeed.Insert(insert, plan, Progress("stock items"));
        CustomersSeed.Insert(insert);
        OrderingSeed.Insert(insert, plan);
        PaymentsSeed.Insert(insert, plan);
        LogSeeded(logger, plan.Products, SeedPlan.Customers, SeedPlan.Orders, watch.Elapsed.TotalSeconds);

        Action<int> Progress(string what) => done =>
        {
            if (done % 100_000 == 0) LogProgress(logger, done, plan.Products, what);
        };
    }

    [LoggerMessage(5001, LogLevel.Information, "Seeding: {Done} of {Total} {What}")]
    private static partial void LogProgress(ILogger logger, int done, int total, string what);

    [LoggerMessage(5002, LogLevel.Information, "Seeded {Products} products, {Customers} customers and {Orders} orders in {Seconds:0.0} s")]
    private static partial void LogSeeded(ILogger logger, int products, int customers, int orders, double seconds);
}
