using Legacy.Catalog.Api;
using Legacy.Catalog.Data;
using Legacy.Catalog.Queries;
using Legacy.Web.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Legacy.Catalog;

/// <summary>Products and their categories: pages, API, and what other modules may ask.</summary>
public static class CatalogModule
{
    public static IServiceCollection AddCatalog(this IServiceCollection services)
    {
        services.AddModuleContext<CatalogDbContext>();
        services.AddScoped<ProductQueries>();
        services.AddScoped<LocalCatalog>();
        services.AddScoped<ICatalog>(provider => provider.GetRequiredService<LocalCatalog>());
        return services;
    }

    public static IEndpointRouteBuilder MapCatalog(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api").WithTags("Catalog");
        api.MapProducts();
        api.MapPrices();
        api.MapCategories();
        return endpoints;
    }
}
