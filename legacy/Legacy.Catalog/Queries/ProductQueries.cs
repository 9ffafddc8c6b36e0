using Legacy.Catalog.Data;
using Legacy.Web.Paging;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Catalog.Queries;

/// <summary>The lists that pages and API share.</summary>
internal sealed class ProductQueries(CatalogDbContext db)
{
    public async Task<PageOf<Product>> ListAsync(ProductList list, PageRequest page, CancellationToken cancellationToken)
    {
        var wanted = Narrow(list);
        var total = await wanted.CountAsync(cancellationToken);
        var items = await Order(wanted, list.Sort).Skip(page.Skip).Take(page.PageSize).ToListAsync(cancellationToken);
        return new PageOf<Product>(items, page.Page, page.PageSize, total);
    }

    private IQueryable<Product> Narrow(ProductList list)
    {
        var products = db.Products.AsNoTracking();
        if (list.CategoryId is { } category) products = products.Where(product => product.CategoryId == category);
        if (list.Ids is { } ids) products = products.Where(product => ids.Contains(product.Id));
        if (string.IsNullOrWhiteSpace(list.Search)) return products;
        // No text has one, and not every database can be asked for it.
        if (list.Search.Contains('\0', StringComparison.Ordinal)) return products.Where(product => false);
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL: lower() means the same on every database, a StringComparison has no translation.
        var term = list.Search.Trim().ToLower();
        return products.Where(product => product.Name.ToLower().Contains(term) || product.Sku.ToLower().Contains(term));
#pragma warning restore CA1304, CA1311, CA1862
    }

    // The id comes last, so that equal names or prices have one order on every page and every side.
    private static IQueryable<Product> Order(IQueryable<Product> products, string sort) => sort switch
    {
        "name" => products.OrderBy(product => product.Name).ThenBy(product => product.Id),
        "-name" => products.OrderByDescending(product => product.Name).ThenByDescending(product => product.Id),
        "price" => products.OrderBy(product => product.Price).ThenBy(product => product.Id),
        "-price" => products.OrderByDescending(product => product.Price).ThenByDescending(product => product.Id),
        _ => products.OrderBy(product => product.Id),
    };
}
