using Legacy.Web.Seeding;

namespace Legacy.Inventory.Data;

/// <summary>Stock for every product; each fiftieth has sold out.</summary>
internal static class InventorySeed
{
    public static void Insert(SeedTable insert, SeedPlan plan, Action<int> progress)
    {
        using var stock = insert("inventory_stock", ["ProductId", "OnHand", "Version"]);
        for (var id = 1; id <= plan.Products; id++)
        {
            stock.Add(id, id % 50 == 0 ? 0 : 100 + (int)(SeedPlan.Mix(id + 7_000_000L) % 900), 1);
            progress(id);
        }
    }
}
