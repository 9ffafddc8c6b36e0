using Legacy.Web.Seeding;

namespace Legacy.Catalog.Data;

/// <summary>The sample's categories and products.</summary>
internal static class CatalogSeed
{
    public static void Insert(SeedTable insert, SeedPlan plan, Action<int> progress)
    {
        using (var categories = insert("catalog_categories", ["Id", "Name", "Description", "Version"]))
        {
            for (var id = 1; id <= SeedPlan.Categories; id++)
                categories.Add(id, SeedPlan.CategoryName(id), $"{SeedPlan.CategoryName(id)} for every day.", 1);
        }

        using var products = insert(
            "catalog_products", ["Id", "Sku", "Name", "Description", "CategoryId", "Price", "Version"]);
        for (var id = 1; id <= plan.Products; id++)
        {
            var name = SeedPlan.ProductName(id);
            products.Add(id, SeedPlan.Sku(id), name, $"{name}: made to last, easy to mend.", SeedPlan.CategoryOf(id), SeedPlan.PriceInCents(id), 1);
            progress(id);
        }
    }
}
