using Legacy.Inventory.Api;
using Legacy.Inventory.Data;
using Legacy.Web.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Legacy.Inventory;

/// <summary>How many of each product there are.</summary>
public static class InventoryModule
{
    public static IServiceCollection AddInventory(this IServiceCollection services)
    {
        services.AddModuleContext<InventoryDbContext>();
        services.AddScoped<IInventory, Stockroom>();
        return services;
    }

    public static IEndpointRouteBuilder MapInventory(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGroup("/api").WithTags("Inventory").MapStock();
        return endpoints;
    }
}
