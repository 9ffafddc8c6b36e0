using Legacy.Ordering.Api;
using Legacy.Ordering.Checkout;
using Legacy.Ordering.Data;
using Legacy.Web.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Legacy.Ordering;

/// <summary>Cart, checkout and orders.</summary>
public static class OrderingModule
{
    public static IServiceCollection AddOrdering(this IServiceCollection services)
    {
        services.AddModuleContext<OrderingDbContext>();
        services.Configure<RazorPagesOptions>(options =>
        {
            options.Conventions.AuthorizePage("/Ordering/Checkout");
            options.Conventions.AuthorizePage("/Ordering/Orders");
            options.Conventions.AuthorizePage("/Ordering/Order");
        });
        services.AddScoped<CheckoutDesk>();
        services.AddScoped<CartView>();
        return services;
    }

    public static IEndpointRouteBuilder MapOrdering(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGroup("/api").WithTags("Ordering").MapOrders();
        return endpoints;
    }
}
