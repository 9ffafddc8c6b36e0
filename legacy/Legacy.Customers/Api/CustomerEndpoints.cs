using Legacy.Web.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Legacy.Customers.Api;

internal static class CustomerEndpoints
{
    public static void MapCustomerApi(this IEndpointRouteBuilder api) =>
        api.MapGet("/customers/{id:int}", GetAsync).Produces<CustomerName>().ProducesProblem(404);

    private static async Task<IResult> GetAsync(HttpContext context, ICustomers customers, int id, CancellationToken cancellationToken) =>
        await customers.FindAsync(id, cancellationToken) is { } customer
            ? EntityTag.Answer(context, EntityTag.OfContent(customer), customer)
            : Problems.NotFound("customer");
}
