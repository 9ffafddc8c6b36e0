using Legacy.Catalog;
using Legacy.Customers;
using Legacy.Host.Database;
using Legacy.Host.Reports;
using Legacy.Inventory;
using Legacy.Ordering;
using Legacy.Web.Http;
using Sync;

namespace Legacy.Host;

/// <summary>The steps that every request takes, in order.</summary>
internal static class ShopWeb
{
    public static IServiceCollection AddShopWeb(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddOptions<SeedOptions>().BindConfiguration("Seed").ValidateDataAnnotations().ValidateOnStart();
        services.AddRazorPages();
        services.AddHealthChecks();
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Problems.Trim);
        services.AddApiDescription("The Shop");
        return services;
    }

    public static void UseShopWeb(this WebApplication app)
    {
        app.UseWhen(IsApi, api => api.UseExceptionHandler().UseStatusCodePages());
        app.UseWhen(context => !IsApi(context), pages => pages.UseExceptionHandler("/status/500").UseStatusCodePagesWithReExecute("/status/{0}"));
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseSync();
    }

    public static void MapShop(this WebApplication app)
    {
        app.MapHealthChecks("/healthz");
        app.MapOpenApi();
        app.MapStylesheet();
        app.MapRazorPages();
        app.MapGroup("").WithSyncModule("catalog").MapCatalog();
        app.MapInventory();
        app.MapOrdering();
        app.MapCustomers();
        app.MapReports();
        app.MapSync();
    }

    private static bool IsApi(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
        || context.Request.Path.StartsWithSegments("/_sync", StringComparison.Ordinal);
}
