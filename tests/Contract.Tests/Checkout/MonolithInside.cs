using Legacy.Catalog;
using Legacy.Customers;
using Legacy.Host;
using Legacy.Host.Database;
using Legacy.Host.Reports;
using Legacy.Host.Sync;
using Legacy.Inventory;
using Legacy.Ordering;
using Legacy.Ordering.Checkout;
using Legacy.Payments;
using Legacy.Payments.Gateway;
using Legacy.Web.Data;
using Legacy.Web.Session;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TestKit;
using TestKit.Databases;

namespace Contract.Tests.Checkout;

/// <summary>The monolith composed as it composes itself, but for its bank and its endpoints: for what no client can bring about from outside.</summary>
internal sealed class MonolithInside : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestDatabase _database;
    private readonly WebApplication _app;

    private MonolithInside(TestDatabase database)
    {
        _database = database;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Database:Provider"] = database.Provider,
            ["Database:ConnectionString"] = database.ConnectionString,
            ["Keys:Directory"] = _directory.File("keys"),
            ["Sync:Side"] = "legacy",
            ["Seed:Products"] = "20",
        });
        builder.Services.AddShopWeb().AddShopDatabase().AddShopSession(builder.Configuration);
        builder.Services.AddCatalog().AddInventory().AddOrdering().AddPayments().AddCustomers().AddReports();
        builder.Services.AddCatalogSync(builder.Configuration);
        builder.Services.AddSingleton<IPaymentGateway>(Gateway);
        _app = builder.Build();
    }

    public HeldGateway Gateway { get; } = new();

    public static async Task<MonolithInside> StartAsync(string provider)
    {
        var shop = new MonolithInside(await TestDatabase.CreateAsync(provider));
        await ShopDatabase.PrepareAsync(shop._app.Services);
        await shop._app.StartAsync();
        return shop;
    }

    public async Task<CheckoutResult> PlaceAsync(string? key, CancellationToken cancellationToken)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<CheckoutDesk>().PlaceAsync(new PlaceOrder(1, [new WantedLine(7, 1)], "4242424242424242", key), cancellationToken);
    }

    public async Task<long> CountAsync(string table) =>
        long.Parse((await _database.RowsAsync($"SELECT COUNT(*) FROM {table}"))[0], System.Globalization.CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _database.DisposeAsync();
        _directory.Dispose();
    }
}
