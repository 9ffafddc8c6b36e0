using Legacy.Catalog.Data;
using Legacy.Web.Http;
using Legacy.Web.Paging;
using Legacy.Web.Session;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Catalog.Api;

internal static class CategoryEndpoints
{
    public static void MapCategories(this IEndpointRouteBuilder api)
    {
        api.MapGet("/categories", ListAsync).Produces<PageOf<CategoryJson>>().ProducesValidationProblem();
        api.MapGet("/categories/{id:int}", GetAsync).Produces<CategoryJson>().ProducesProblem(404);

        var writes = api.ForWriters();
        writes.MapPost("/categories", CreateAsync).Produces<CategoryJson>(201).ProducesValidationProblem().ProducesProblem(409);
        writes.MapPut("/categories/{id:int}", UpdateAsync).Produces<CategoryJson>().ProducesValidationProblem()
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        writes.MapDelete("/categories/{id:int}", DeleteAsync).Produces(204).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, CatalogDbContext db, int? page, int? pageSize, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string[]>();
        var wanted = PageRequest.Read(page, pageSize, errors);
        if (errors.Count > 0) return Problems.Invalid(errors);

        var total = await db.Categories.CountAsync(cancellationToken);
        var items = await db.Categories.AsNoTracking().OrderBy(one => one.Name).ThenBy(one => one.Id)
            .Skip(wanted.Skip).Take(wanted.PageSize).ToListAsync(cancellationToken);
        var answer = new PageOf<CategoryJson>([.. items.Select(CategoryJson.Of)], wanted.Page, wanted.PageSize, total);
        return EntityTag.Answer(context, EntityTag.OfContent(answer), answer);
    }

    private static async Task<IResult> GetAsync(HttpContext context, CatalogDbContext db, int id, CancellationToken cancellationToken)
    {
        var category = await db.Categories.AsNoTracking().SingleOrDefaultAsync(one => one.Id == id, cancellationToken);
        return category is null
            ? Problems.NotFound("category")
            : EntityTag.Answer(context, EntityTag.OfVersion(category.Version), CategoryJson.Of(category));
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context, CatalogDbContext db, CategoryInput input, CancellationToken cancellationToken)
    {
        if (input.Errors() is { Count: > 0 } errors) return Problems.Invalid(errors);

        var category = new Category();
        input.CopyTo(category);
        db.Categories.Add(category);
        if (await db.TrySaveAsync(cancellationToken) != SaveOutcome.Saved) return NameTaken();
        context.Response.GetTypedHeaders().ETag = EntityTag.OfVersion(category.Version);
        return Results.Created($"/api/categories/{category.Id}", CategoryJson.Of(category));
    }

    private static async Task<IResult> UpdateAsync(
        HttpContext context, CatalogDbContext db, int id, CategoryInput input, CancellationToken cancellationToken)
    {
        if (input.Errors() is { Count: > 0 } errors) return Problems.Invalid(errors);
        if (await db.Categories.FindAsync([id], cancellationToken) is not { } category) return Problems.NotFound("category");
        if (!EntityTag.Allows(context, category.Version)) return Problems.Changed("category");

        input.CopyTo(category);
        if (db.ChangeTracker.HasChanges()) category.Version++;
        switch (await db.TrySaveAsync(cancellationToken))
        {
            case SaveOutcome.Changed: return ChangedMeanwhile(context);
            case SaveOutcome.Refused: return NameTaken();
        }

        context.Response.GetTypedHeaders().ETag = EntityTag.OfVersion(category.Version);
        return Results.Ok(CategoryJson.Of(category));
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, CatalogDbContext db, int id, CancellationToken cancellationToken)
    {
        if (await db.Categories.FindAsync([id], cancellationToken) is not { } category) return Problems.NotFound("category");
        if (!EntityTag.Allows(context, category.Version)) return Problems.Changed("category");

        db.Categories.Remove(category);
        return await db.TrySaveAsync(cancellationToken) switch
        {
            SaveOutcome.Changed => ChangedMeanwhile(context),
            SaveOutcome.Refused => Problems.Conflict("category-in-use", "There are products in this category."),
            _ => Results.NoContent(),
        };
    }

    private static IResult NameTaken() => Problems.Conflict("name-taken", "Another category has this name.");

    private static IResult ChangedMeanwhile(HttpContext context) => EntityTag.IsConditional(context)
        ? Problems.Changed("category")
        : Problems.Conflict("changed", "Another request changed the category at the same time.");
}
