namespace Journey.Tests.Load;

/// <summary>A product as the API shows it.</summary>
internal sealed record Product(int Id, string Sku, string Name, string Description, int CategoryId, decimal Price, int Version);

/// <summary>A page of products as the API shows it.</summary>
internal sealed record ProductPage(IReadOnlyList<Product> Items, int Page, int PageSize, int Total);
