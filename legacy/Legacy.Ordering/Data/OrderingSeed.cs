using System.Data.Common;
using Legacy.Web.Data;
using Legacy.Web.Seeding;

namespace Legacy.Ordering.Data;

/// <summary>The sample's orders.</summary>
internal static class OrderingSeed
{
    public static void Insert(DbTransaction transaction, SeedPlan plan)
    {
        using var orders = BulkInsert.Into(transaction, "ordering_orders", "Id", "CustomerId", "PlacedAtUtc", "Status", "Total");
        using var lines = BulkInsert.Into(transaction, "ordering_lines", "OrderId", "ProductId", "ProductName", "Quantity", "Price");
        for (var id = 1; id <= SeedPlan.Orders; id++)
        {
            var order = plan.Order(id);
            orders.Add(id, order.CustomerId, order.PlacedAtUtc, "confirmed", order.TotalInCents);
            foreach (var line in order.Lines)
                lines.Add(id, line.ProductId, SeedPlan.ProductName(line.ProductId), line.Quantity, line.PriceInCents);
        }
    }
}
