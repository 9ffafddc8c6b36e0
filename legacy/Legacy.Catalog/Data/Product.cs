namespace Legacy.Catalog.Data;

internal sealed class Product
{
    public int Id { get; set; }

    public string Sku { get; set; } = "";

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public int CategoryId { get; set; }

    public decimal Price { get; set; }

    /// <summary>Grows by one with each change; the API's ETag, and the guard against lost updates.</summary>
    public int Version { get; set; } = 1;
}
