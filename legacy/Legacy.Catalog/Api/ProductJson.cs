using Legacy.Catalog.Data;
using Legacy.Web;

namespace Legacy.Catalog.Api;

internal sealed record ProductJson(int Id, string Sku, string Name, string Description, int CategoryId, decimal Price, int Version)
{
    public static ProductJson Of(Product product) => new(
        product.Id, product.Sku, product.Name, product.Description, product.CategoryId, Money.Exact(product.Price), product.Version);
}

/// <summary>A product as a client sends it.</summary>
internal sealed record ProductInput(string? Sku, string? Name, string? Description, int? CategoryId, decimal? Price)
{
    public Dictionary<string, string[]> Errors()
    {
        var errors = new Dictionary<string, string[]>();
        if (string.IsNullOrWhiteSpace(Sku) || Sku.Length > 40) errors["sku"] = ["The SKU is needed and has at most 40 characters."];
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > 200) errors["name"] = ["The name is needed and has at most 200 characters."];
        if (Description is { Length: > 4000 }) errors["description"] = ["The description has at most 4000 characters."];
        if (CategoryId is null or < 1) errors["categoryId"] = ["The category's id is needed."];
        if (Price is null or < 0 or > 1_000_000) errors["price"] = ["The price is needed and lies between 0 and 1000000."];
        else if (!Money.HasWholeCents(Price.Value)) errors["price"] = ["The price has at most two decimal places."];
        // Not every database can keep it, and nobody can read it.
        foreach (var (field, text) in new[] { ("sku", Sku), ("name", Name), ("description", Description) })
        {
            if (text?.Contains('\0', StringComparison.Ordinal) is true) errors[field] = ["The text holds a NUL character."];
        }

        return errors;
    }

    public void CopyTo(Product product)
    {
        product.Sku = Sku!.Trim();
        product.Name = Name!.Trim();
        product.Description = Description?.Trim() ?? "";
        product.CategoryId = CategoryId!.Value;
        product.Price = Money.Exact(Price!.Value);
    }
}
