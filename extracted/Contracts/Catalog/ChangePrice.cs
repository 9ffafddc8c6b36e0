namespace Contracts.Catalog;

/// <summary>Asks the catalog to give a product another price. Whoever owns the catalog does it, wherever the command arrives.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Price">The price from then on: 0 to 1,000,000 with at most two decimal places.</param>
public sealed record ChangePrice(int ProductId, decimal Price);
