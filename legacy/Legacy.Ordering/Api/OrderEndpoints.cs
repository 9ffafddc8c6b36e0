using Legacy.Ordering.Checkout;
using Legacy.Ordering.Data;
using Legacy.Web.Http;
using Legacy.Web.Paging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Ordering.Api;

internal static class OrderEndpoints
{
    public static void MapOrders(this IEndpointRouteBuilder api)
    {
        api.MapGet("/orders", ListAsync).Produces<PageOf<OrderJson>>().ProducesValidationProblem();
        api.MapGet("/orders/{id:int}", GetAsync).Produces<OrderJson>().ProducesProblem(404);
        api.MapPost("/orders", PlaceAsync).Produces<OrderJson>(201).ProducesValidationProblem().ProducesProblem(409).ProducesProblem(422);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, OrderingDbContext db, int? page, int? pageSize, int? customerId, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string[]>();
        var wanted = PageRequest.Read(page, pageSize, errors);
        if (errors.Count > 0) return Problems.Invalid(errors);

        var orders = db.Orders.AsNoTracking();
        if (customerId is { } customer) orders = orders.Where(order => order.CustomerId == customer);
        var total = await orders.CountAsync(cancellationToken);
        var items = await orders.Include(order => order.Lines).OrderByDescending(order => order.Id)
            .Skip(wanted.Skip).Take(wanted.PageSize).ToListAsync(cancellationToken);
        var answer = new PageOf<OrderJson>([.. items.Select(OrderJson.Of)], wanted.Page, wanted.PageSize, total);
        return EntityTag.Answer(context, EntityTag.OfContent(answer), answer);
    }

    private static async Task<IResult> GetAsync(HttpContext context, OrderingDbContext db, int id, CancellationToken cancellationToken)
    {
        var order = await db.Orders.AsNoTracking().Include(one => one.Lines).SingleOrDefaultAsync(one => one.Id == id, cancellationToken);
        if (order is null) return Problems.NotFound("order");
        var answer = OrderJson.Of(order);
        return EntityTag.Answer(context, EntityTag.OfContent(answer), answer);
    }

    private static async Task<IResult> PlaceAsync(
        CheckoutDesk desk, OrderInput input, [FromHeader(Name = "Idempotency-Key")] string? key, CancellationToken cancellationToken)
    {
        var errors = input.Errors();
        if (key is { Length: 0 or > 200 }) errors["Idempotency-Key"] = ["The key has 1 to 200 characters."];
        if (errors.Count > 0) return Problems.Invalid(errors);

        var lines = input.Lines!.Select(line => new WantedLine(line.ProductId!.Value, line.Quantity!.Value)).ToList();
        var result = await desk.PlaceAsync(new PlaceOrder(input.CustomerId!.Value, lines, input.CardNumber!, key), cancellationToken);
        return result.Outcome switch
        {
            CheckoutOutcome.Placed or CheckoutOutcome.Repeated =>
                Results.Created($"/api/orders/{result.Order!.Id}", OrderJson.Of(result.Order)),
            CheckoutOutcome.OutOfStock => Problems.Conflict("out-of-stock", result.Detail),
            CheckoutOutcome.Declined => Problems.Unprocessable("card-declined", result.Detail),
            CheckoutOutcome.KeyReused => Problems.Unprocessable("idempotency-key-reused", result.Detail),
            CheckoutOutcome.UnknownCustomer => Problems.Unprocessable("no-such-customer", result.Detail),
            _ => Problems.Unprocessable("no-such-product", result.Detail),
        };
    }
}
