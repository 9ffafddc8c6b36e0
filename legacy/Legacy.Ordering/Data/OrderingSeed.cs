using Legacy.Web.Seeding;

namespace Legacy.Ordering.Data;

/// <summary>The sample's orders.</summary>
internal static class OrderingSeed
{
    public static void Insert(SeedTable insert, SeedPlan plan)
    {
        // One table after the other: some databases take rows for one at a time.
        using (var orders = insert("ordering_orders", ["Id", "CustomerId", "PlacedAtUtc", "Status", "Total"]))
        {
            for (var id = 1; id <= SeedPlan.Orders; id++)
            {
                var order = plan.Order(id);
                orders.Add(id, order.CustomerId, order.PlacedAtUtc, "confirmed", order.TotalInCents);
            }
        }

        using var lines = insert("ordering_lines", ["OrderId", "ProductId", "ProductName", "Quantity", "Price"]);
        for (var id = 1; id <= SeedPlan.Orders; id++)
        {
            foreach (var line in plan.Order(id).Lines)
                lines.Add(id, line.ProductId, SeedPlan.ProductName(line.ProductId), line.Quantity, line.PriceInCents);
        }
    }
}
