using Catalog.Service.Api;
using Catalog.Service.Queries;
using Catalog.Service.Sync;
using Catalog.Service.Web.Http;
using Sync;

namespace Catalog.Service;

/// <summary>The steps that every request takes, in order.</summary>
internal static class CatalogWeb
{
    public static IServiceCollection AddCatalogWeb(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddRazorPages();
        services.AddHealthChecks();
        services.AddScoped<ProductQueries>();
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Problems.Trim);
        services.AddApiDescription("The Shop: catalog");
        return services;
    }

    public static void UseCatalogWeb(this WebApplication app)
    {
        app.UseWhen(IsApi, api => api.UseExceptionHandler().UseStatusCodePages());
        app.UseWhen(context => !IsApi(context), pages => pages.UseExceptionHandler("/status/500").UseStatusCodePagesWithReExecute("/status/{0}"));
        app.UseRouting();
        // Before all that may answer in the handler's place: a dry run covers what they do as well.
        app.UseSync();
        app.UseAuthentication();
        app.UseAuthorization();
    }

    public static void MapCatalog(this WebApplication app)
    {
        app.MapHealthChecks("/healthz");
        app.MapOpenApi();
        app.MapRazorPages();
        var api = app.MapGroup("/api").WithTags("Catalog").WithSyncModule(CatalogSync.Module);
        api.MapProducts();
        api.MapPrices();
        api.MapCategories();
        app.MapSync();
    }

    private static bool IsApi(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
        || context.Request.Path.StartsWithSegments("/_sync", StringComparison.Ordinal);
}
