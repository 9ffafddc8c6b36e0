using Legacy.Catalog;
using Legacy.Web.Session;
using Microsoft.AspNetCore.Http;

namespace Legacy.Ordering;

internal sealed record CartLine(CatalogProduct Product, int Quantity)
{
    public decimal Amount => Product.Price * Quantity;
}

/// <summary>The cookie's lines with names and prices of today; products that exist no more are left out.</summary>
internal sealed class CartView(ICatalog catalog)
{
    public async Task<IReadOnlyList<CartLine>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var cart = CartCookie.Read(request);
        if (cart.Count == 0) return [];
        var products = await catalog.FindAsync([.. cart.Keys], cancellationToken);
        return [.. products.OrderBy(product => product.Id).Select(product => new CartLine(product, cart[product.Id]))];
    }
}
