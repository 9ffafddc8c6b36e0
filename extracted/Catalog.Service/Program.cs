using Catalog.Service;
using Catalog.Service.Data;
using Catalog.Service.Sync;
using Catalog.Service.Web.Session;
using Catalog.Service.Web.Startup;
using Microsoft.Extensions.Options;

return await StartupRunner.RunAsync(async () =>
{
    // Settings lie beside the program, wherever it is started from.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.Services.AddCatalogWeb().AddCatalogDatabase().AddShopSession(builder.Configuration);
    builder.Services.AddCatalogSync(builder.Configuration);

    var app = builder.Build();
    if (app.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value.PrintSchema)
    {
        await using var scope = app.Services.CreateAsyncScope();
        await Console.Out.WriteLineAsync(CatalogDatabase.Script(scope.ServiceProvider));
        return null;
    }

    await CatalogDatabase.PrepareAsync(app.Services);
    app.UseCatalogWeb();
    app.MapCatalog();
    return app;
});
