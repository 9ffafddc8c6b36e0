using Legacy.Catalog.Data;
using Legacy.Web;
using Legacy.Web.Http;
using Legacy.Web.Session;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Catalog.Api;

/// <summary>One product's price goes up or down by an amount.</summary>
internal sealed record PriceChange(int Id, decimal By);

/// <summary>The changes of a price list: all of them come into force, or none.</summary>
internal sealed record PriceChanges(IReadOnlyList<PriceChange>? Changes)
{
    private const int Most = 100;

    public Dictionary<string, string[]> Errors()
    {
        var errors = new Dictionary<string, string[]>();
        if (Changes is not { Count: > 0 and <= Most }) errors["changes"] = [$"Name between 1 and {Most} products."];
        else if (Changes.DistinctBy(static one => one.Id).Count() != Changes.Count) errors["changes"] = ["Name each product once."];
        else if (Changes.Any(static one => one.By is < -1_000_000 or > 1_000_000 || !Money.HasWholeCents(one.By))) errors["changes"] = ["An amount has at most two decimal places and lies between -1000000 and 1000000."];
        return errors;
    }
}

internal static class PriceEndpoints
{
    public static void MapPrices(this IEndpointRouteBuilder api) =>
        api.ForWriters().MapPost("/products/prices", ChangeAsync).Produces<ProductJson[]>().ProducesValidationProblem()
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);

    private static async Task<IResult> ChangeAsync(CatalogDbContext db, PriceChanges input, CancellationToken cancellationToken)
    {
        if (input.Errors() is { Count: > 0 } errors) return Problems.Invalid(errors);
        var ids = input.Changes!.Select(static one => one.Id).ToArray();
        var products = await db.Products.Where(one => ids.Contains(one.Id)).ToDictionaryAsync(static one => one.Id, cancellationToken);
        if (products.Count < ids.Length) return Problems.NotFound("product");
        foreach (var change in input.Changes!)
        {
            var product = products[change.Id];
            product.Price = Money.Exact(product.Price + change.By);
            product.Version++;
            if (product.Price is < 0 or > 1_000_000) return Problems.Unprocessable("price-out-of-range", "A price lies between 0 and 1000000.");
        }

        return await db.TrySaveAsync(cancellationToken) == SaveOutcome.Saved
            ? Results.Ok(ids.Select(id => ProductJson.Of(products[id])))
            : Problems.Conflict("changed", "Another request changed one of the products at the same time.");
    }
}
