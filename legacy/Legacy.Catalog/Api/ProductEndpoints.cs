using System.Globalization;
using Legacy.Catalog.Data;
using Legacy.Catalog.Queries;
using Legacy.Web.Http;
using Legacy.Web.Paging;
using Legacy.Web.Session;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Catalog.Api;

internal static class ProductEndpoints
{
    public static void MapProducts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/products", ListAsync).Produces<PageOf<ProductJson>>().ProducesValidationProblem();
        api.MapGet("/products/{id:int}", GetAsync).Produces<ProductJson>().ProducesProblem(404);

        var writes = api.ForWriters();
        writes.MapPost("/products", CreateAsync).Produces<ProductJson>(201).ProducesValidationProblem().ProducesProblem(409).ProducesProblem(422);
        writes.MapPut("/products/{id:int}", UpdateAsync).Produces<ProductJson>().ProducesValidationProblem()
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).ProducesProblem(422);
        writes.MapDelete("/products/{id:int}", DeleteAsync).Produces(204).ProducesProblem(404).ProducesProblem(412);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, ProductQueries queries, int? page, int? pageSize, string? sort, string? search, int? category, string? ids,
        CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string[]>();
        var wanted = PageRequest.Read(page, pageSize, errors);
        if (sort is not null && !ProductList.Sorts.Contains(sort)) errors["sort"] = [$"Sort by one of {string.Join(", ", ProductList.Sorts)}."];
        var idList = ReadIds(ids, errors);
        if (errors.Count > 0) return Problems.Invalid(errors);

        var products = await queries.ListAsync(new ProductList(search, category, idList, sort ?? "id"), wanted, cancellationToken);
        var answer = new PageOf<ProductJson>([.. products.Items.Select(ProductJson.Of)], products.Page, products.PageSize, products.Total);
        return EntityTag.Answer(context, EntityTag.OfContent(answer), answer);
    }

    private static async Task<IResult> GetAsync(HttpContext context, CatalogDbContext db, int id, CancellationToken cancellationToken)
    {
        var product = await db.Products.AsNoTracking().SingleOrDefaultAsync(one => one.Id == id, cancellationToken);
        return product is null
            ? Problems.NotFound("product")
            : EntityTag.Answer(context, EntityTag.OfVersion(product.Version), ProductJson.Of(product));
    }

    private static async Task<IResult> CreateAsync(HttpContext context, CatalogDbContext db, ProductInput input, CancellationToken cancellationToken)
    {
        if (input.Errors() is { Count: > 0 } errors) return Problems.Invalid(errors);
        if (!await db.Categories.AnyAsync(one => one.Id == input.CategoryId, cancellationToken)) return NoSuchCategory();

        var product = new Product();
        input.CopyTo(product);
        db.Products.Add(product);
        if (await db.TrySaveAsync(cancellationToken) != SaveOutcome.Saved) return SkuTaken();
        context.Response.GetTypedHeaders().ETag = EntityTag.OfVersion(product.Version);
        return Results.Created($"/api/products/{product.Id}", ProductJson.Of(product));
    }

    private static async Task<IResult> UpdateAsync(
        HttpContext context, CatalogDbContext db, int id, ProductInput input, CancellationToken cancellationToken)
    {
        if (input.Errors() is { Count: > 0 } errors) return Problems.Invalid(errors);
        if (await db.Products.FindAsync([id], cancellationToken) is not { } product) return Problems.NotFound("product");
        if (!EntityTag.Allows(context, product.Version)) return Problems.Changed("product");
        if (!await db.Categories.AnyAsync(one => one.Id == input.CategoryId, cancellationToken)) return NoSuchCategory();

        input.CopyTo(product);
        if (db.ChangeTracker.HasChanges()) product.Version++;
        return await db.TrySaveAsync(cancellationToken) switch
        {
            SaveOutcome.Changed => ChangedMeanwhile(context),
            SaveOutcome.Refused => SkuTaken(),
            _ => Tagged(context, product),
        };
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, CatalogDbContext db, int id, CancellationToken cancellationToken)
    {
        if (await db.Products.FindAsync([id], cancellationToken) is not { } product) return Problems.NotFound("product");
        if (!EntityTag.Allows(context, product.Version)) return Problems.Changed("product");

        db.Products.Remove(product);
        return await db.TrySaveAsync(cancellationToken) == SaveOutcome.Saved ? Results.NoContent() : ChangedMeanwhile(context);
    }

    private static IResult Tagged(HttpContext context, Product product)
    {
        context.Response.GetTypedHeaders().ETag = EntityTag.OfVersion(product.Version);
        return Results.Ok(ProductJson.Of(product));
    }

    private static List<int>? ReadIds(string? ids, Dictionary<string, string[]> errors)
    {
        if (ids is null) return null;
        var list = new List<int>();
        foreach (var part in ids.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) list.Add(id);
            else errors["ids"] = ["The ids are whole numbers with commas between them."];
        }

        if (list.Count > PageRequest.GreatestSize) errors["ids"] = [$"Ask for at most {PageRequest.GreatestSize} ids at a time."];
        return list;
    }

    private static IResult NoSuchCategory() => Problems.Unprocessable("no-such-category", "There is no category with this id.");

    private static IResult SkuTaken() => Problems.Conflict("sku-taken", "Another product has this SKU.");

    private static IResult ChangedMeanwhile(HttpContext context) => EntityTag.IsConditional(context)
        ? Problems.Changed("product")
        : Problems.Conflict("changed", "Another request changed the product at the same time.");
}
