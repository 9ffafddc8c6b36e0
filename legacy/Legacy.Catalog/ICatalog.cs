namespace Legacy.Catalog;

/// <summary>What other modules may ask of the catalog.</summary>
public interface ICatalog
{
    /// <summary>The products with these ids that exist, in no particular order.</summary>
    Task<IReadOnlyList<CatalogProduct>> FindAsync(IReadOnlyCollection<int> ids, CancellationToken cancellationToken);

    /// <summary>All categories by name.</summary>
    Task<IReadOnlyList<CatalogCategory>> CategoriesAsync(CancellationToken cancellationToken);
}

public sealed record CatalogProduct(int Id, string Sku, string Name, decimal Price, int CategoryId, string Category);

public sealed record CatalogCategory(int Id, string Name, string Description);
