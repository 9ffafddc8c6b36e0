using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Journey.Tests.Load;
using TestKit;
using TestKit.Databases;
using TestKit.Processes;

namespace Journey.Tests.Shop;

/// <summary>The sample shop as real processes: legacy, catalog service and proxy, driven through the admin API.</summary>
internal sealed class ShopSystem : IAsyncDisposable
{
    private const string Module = "catalog";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly StranglerSystem _system;
    private readonly ShopDatabases _databases;

    private ShopSystem(StranglerSystem system, ShopDatabases databases)
    {
        _system = system;
        _databases = databases;
    }

    public Uri Public => _system.PublicUrl;

    public Uri Legacy => _system["legacy"].Url;

    public Uri Service => _system["catalog"].Url;

    public StranglerSystem Processes => _system;

    /// <summary>Starts the shop with gates that a test's traffic can pass within seconds. What they measure stays as it is.</summary>
    public static async Task<ShopSystem> StartAsync(string provider = TestDatabase.Sqlite, string channel = ChannelSettings.Http)
    {
        var databases = await ShopDatabases.CreateAsync(provider, channel);
        try
        {
            var system = await StranglerSystem.StartAsync(new StranglerSystemOptions { EditPlan = EditPlan, EnvironmentOf = databases.SettingsOf, ProxyEnvironment = databases.ProxySettings });
            system.Public.WithShopKey();
            return new ShopSystem(system, databases);
        }
        catch
        {
            await databases.DisposeAsync();
            throw;
        }
    }

    /// <summary>Advances as soon as the evidence suffices; fails with the unmet conditions when it never does.</summary>
    public Task AdvanceAsync(string stage, int? percent = null) => _system.Admin.AdvanceWhenAllowedAsync(Module, stage, percent, limit: Patience);

    /// <summary>To a stage without the evidence of traffic, for tests that are about something else. Invariants hold all the same.</summary>
    public Task ForceAsync(string stage, int? percent = null) => _system.Admin.AdvanceWhenAllowedAsync(Module, stage, percent, force: true);

    /// <summary>Goes back as soon as the side that takes over has caught up.</summary>
    public Task RollbackAsync(string stage) => _system.Admin.RollbackWhenAllowedAsync(Module, stage, Patience);

    public Task DetachAsync() => _system.Admin.DetachAsync(Module);

    /// <summary>Waits until nothing of the module is on its way between the sides.</summary>
    public Task DrainedAsync() => Eventually.GetAsync(
        async () => (await _system.Admin.StatusAsync(Module)).GetProperty("sync").GetProperty("pending").GetInt64(),
        pending => pending == 0,
        what: "nothing pending");

    /// <summary>Every acknowledged write is there, and what was deleted is gone.</summary>
    public static async Task AssertHoldsAsync(Uri side, WriteHistory history)
    {
        using var client = new HttpClient { BaseAddress = side };
        var wrong = new List<string>();
        foreach (var (product, price) in history.Acknowledged)
        {
            using var answer = await client.GetAsync($"/api/products/{product}");
            var held = answer.StatusCode == HttpStatusCode.NotFound ? null : (await answer.Content.ReadFromJsonAsync<Product>())?.Price;
            if (held != price) wrong.Add($"product {product}: acknowledged {price?.ToString(CultureInfo.InvariantCulture) ?? "deleted"}, held {held?.ToString(CultureInfo.InvariantCulture) ?? "nothing"}");
        }

        Assert.IsNotEmpty(history.Acknowledged, "the writers wrote something");
        Assert.IsEmpty(wrong, $"{side}: {string.Join("; ", wrong.Take(10))}");
    }

    public async Task SetPriceAsync(int product, decimal price)
    {
        var changed = (await _system.Public.GetFromJsonAsync<Product>($"/api/products/{product}"))! with { Price = price };
        using var answer = await _system.Public.PutAsJsonAsync($"/api/products/{product}", changed);
        Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Buys through the legacy's checkout.</summary>
    /// <returns>The order's total.</returns>
    public async Task<decimal> OrderTotalAsync(int product, int quantity)
    {
        using (var stock = await _system.Public.PutAsJsonAsync($"/api/inventory/{product}", new { onHand = 100 })) stock.EnsureSuccessStatusCode();
        using var answer = await _system.Public.PostAsJsonAsync(
            "/api/orders", new { customerId = 1, lines = new[] { new { productId = product, quantity } }, cardNumber = "4242424242424242" });
        Assert.AreEqual(HttpStatusCode.Created, answer.StatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("total").GetDecimal();
    }

    public async ValueTask DisposeAsync()
    {
        await _system.DisposeAsync();
        await _databases.DisposeAsync();
    }

    private static void EditPlan(JsonNode plan)
    {
        var gates = plan["modules"]![Module]!["gates"]!;
        gates["minimumComparisons"] = 5;
        gates["quietBeforeRetirement"] = "00:00:02";
        // What a shared machine does to one of two processes for some seconds is no news here.
        plan["modules"]![Module]!["canary"] = new JsonObject { ["minimumSlowdown"] = "00:00:01" };
    }
}
