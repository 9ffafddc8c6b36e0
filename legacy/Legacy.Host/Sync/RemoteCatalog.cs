using System.Globalization;
using Legacy.Catalog;
using Legacy.Web.Paging;

namespace Legacy.Host.Sync;

/// <summary>Asks the service that owns the catalog.</summary>
internal sealed class RemoteCatalog(HttpClient client) : ICatalog
{
    public async Task<IReadOnlyList<CatalogProduct>> FindAsync(IReadOnlyCollection<int> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0) return [];
        var categories = (await CategoriesAsync(cancellationToken)).ToDictionary(category => category.Id, category => category.Name);
        var found = new List<CatalogProduct>();
        foreach (var some in ids.Distinct().Chunk(PageRequest.GreatestSize))
        {
            var list = string.Join(',', some.Select(id => id.ToString(CultureInfo.InvariantCulture)));
            var page = await client.GetFromJsonAsync<PageOf<ProductAnswer>>($"api/products?pageSize={PageRequest.GreatestSize}&ids={list}", cancellationToken);
            found.AddRange(page!.Items.Select(one => new CatalogProduct(
                one.Id, one.Sku, one.Name, one.Price, one.CategoryId, categories.GetValueOrDefault(one.CategoryId, ""))));
        }

        return found;
    }

    public async Task<IReadOnlyList<CatalogCategory>> CategoriesAsync(CancellationToken cancellationToken)
    {
        var found = new List<CatalogCategory>();
        for (var number = 1; ; number++)
        {
            var page = await client.GetFromJsonAsync<PageOf<CatalogCategory>>($"api/categories?pageSize={PageRequest.GreatestSize}&page={number}", cancellationToken);
            found.AddRange(page!.Items);
            if (found.Count >= page.Total || page.Items.Count == 0) return found;
        }
    }

    private sealed record ProductAnswer(int Id, string Sku, string Name, int CategoryId, decimal Price);
}
