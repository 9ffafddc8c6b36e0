using Legacy.Catalog.Data;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Catalog;

/// <summary>Answers from the module's own tables.</summary>
internal sealed class LocalCatalog(CatalogDbContext db) : ICatalog
{
    public async Task<IReadOnlyList<CatalogProduct>> FindAsync(IReadOnlyCollection<int> ids, CancellationToken cancellationToken) =>
        await (from product in db.Products
               join category in db.Categories on product.CategoryId equals category.Id
               where ids.Contains(product.Id)
               select new CatalogProduct(product.Id, product.Sku, product.Name, product.Price, category.Id, category.Name))
            .ToListAsync(cancellationToken);

    public async Task<IReadOnlyList<CatalogCategory>> CategoriesAsync(CancellationToken cancellationToken) =>
        await db.Categories.OrderBy(category => category.Name).ThenBy(category => category.Id)
            .Select(category => new CatalogCategory(category.Id, category.Name, category.Description))
            .ToListAsync(cancellationToken);
}
