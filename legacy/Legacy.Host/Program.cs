using Legacy.Catalog;
using Legacy.Customers;
using Legacy.Host;
using Legacy.Host.Database;
using Legacy.Host.Reports;
using Legacy.Host.Sync;
using Legacy.Inventory;
using Legacy.Ordering;
using Legacy.Payments;
using Legacy.Web.Data;
using Legacy.Web.Session;
using Legacy.Web.Startup;
using Microsoft.Extensions.Options;

return await StartupRunner.RunAsync(async () =>
{
    // Settings lie beside the program, wherever it is started from.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.Services.AddShopWeb().AddShopDatabase().AddShopSession(builder.Configuration);
    builder.Services.AddCatalog().AddInventory().AddOrdering().AddPayments().AddCustomers().AddReports();
    builder.Services.AddCatalogSync(builder.Configuration);

    var app = builder.Build();
    if (app.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value.PrintSchema)
    {
        await using var scope = app.Services.CreateAsyncScope();
        foreach (var script in ShopDatabase.Scripts(scope.ServiceProvider)) await Console.Out.WriteLineAsync(script);
        return null;
    }

    await ShopDatabase.PrepareAsync(app.Services);
    app.UseShopWeb();
    app.MapShop();
    return app;
});
