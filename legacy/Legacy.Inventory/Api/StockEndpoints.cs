using Legacy.Inventory.Data;
using Legacy.Web.Data;
using Legacy.Web.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Inventory.Api;

internal sealed record StockJson(int ProductId, int OnHand, int Version);

internal sealed record StockInput(int? OnHand);

internal static class StockEndpoints
{
    public static void MapStock(this IEndpointRouteBuilder api)
    {
        api.MapGet("/inventory/{productId:int}", GetAsync).Produces<StockJson>().ProducesProblem(404);
        api.MapPut("/inventory/{productId:int}", SetAsync).Produces<StockJson>().ProducesValidationProblem().ProducesProblem(412);
    }

    private static async Task<IResult> GetAsync(HttpContext context, InventoryDbContext db, int productId, CancellationToken cancellationToken)
    {
        var stock = await db.Stock.AsNoTracking().SingleOrDefaultAsync(one => one.ProductId == productId, cancellationToken);
        return stock is null
            ? Problems.NotFound("stock item")
            : EntityTag.Answer(context, EntityTag.OfVersion(stock.Version), new StockJson(stock.ProductId, stock.OnHand, stock.Version));
    }

    private static async Task<IResult> SetAsync(
        HttpContext context, InventoryDbContext db, IUnitOfWork unitOfWork, int productId, StockInput input, CancellationToken cancellationToken)
    {
        if (input.OnHand is not (>= 0 and <= 1_000_000))
            return Problems.Invalid(new Dictionary<string, string[]> { ["onHand"] = ["The quantity lies between 0 and 1000000."] });

        return await unitOfWork.RunAsync(async unit =>
        {
            var stock = await db.Stock.SingleOrDefaultAsync(one => one.ProductId == productId, cancellationToken);
            if (!EntityTag.Allows(context, stock?.Version ?? 0)) return Problems.Changed("stock item");
            if (stock is null) db.Stock.Add(stock = new StockItem { ProductId = productId, OnHand = input.OnHand.Value });
            else if (stock.OnHand != input.OnHand) stock.Set(input.OnHand.Value);
            await db.SaveChangesAsync(cancellationToken);
            await unit.CommitAsync(cancellationToken);
            context.Response.GetTypedHeaders().ETag = EntityTag.OfVersion(stock.Version);
            return Results.Ok(new StockJson(stock.ProductId, stock.OnHand, stock.Version));
        }, cancellationToken);
    }
}
