using System.Net;
using System.Net.Http.Json;
using Journey.Tests.Load;
using TestKit;
using TestKit.Databases;
using TestKit.Processes;

namespace Journey.Tests.Deploy;

/// <summary>What <c>docs/deploy</c> says is enough to run the shop, the service and two proxies. Containers and the rights of their logins are not part of this.</summary>
[TestClass, DoNotParallelize]
public sealed class CompositionTests
{
    private const string Module = "catalog";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [TestMethod]
    [Timeout(600_000)]
    [DataRow(TestDatabase.PostgreSql, ChannelSettings.Http)]
    [DataRow(TestDatabase.PostgreSql, ChannelSettings.NServiceBus)]
    [DataRow(TestDatabase.SqlServer, ChannelSettings.NServiceBus)]
    public async Task Composition_AsProcesses_TakesTheCatalogThereAndBackByEitherProxy(string provider, string channel)
    {
        await using var shop = await Composition.StartAsync(provider, channel);
        foreach (var (stage, percent) in new (string, int?)[] { ("Syncing", null), ("Shadow", null), ("Canary", 100) })
            await shop.Admins[0].AdvanceWhenAllowedAsync(Module, stage, percent, force: true, Patience);
        await shop.Admins[1].AdvanceWhenAllowedAsync(Module, "Extracted", force: true, limit: Patience);

        await SetPriceAsync(shop, 0, 12.5m);
        Assert.AreEqual(12.5m, (await ProductAsync(shop.Proxies(8080)[1])).Price, "the other proxy asks the service, too");
        await Eventually.GetAsync(() => ProductAsync(shop.Of("legacy", 5100)), static held => held.Price == 12.5m, Patience, "the monolith follows");

        await shop.Admins[0].RollbackWhenAllowedAsync(Module, "Legacy", Patience);
        await SetPriceAsync(shop, 1, 13.5m);
        Assert.AreEqual(13.5m, (await ProductAsync(shop.Of("legacy", 5100))).Price, "the monolith owns it again");
    }

    private static async Task<Product> ProductAsync(Uri side)
    {
        using var client = Client(side);
        return (await client.GetFromJsonAsync<Product>("/api/products/1"))!;
    }

    private static async Task SetPriceAsync(Composition shop, int number, decimal price)
    {
        var proxy = shop.Proxies(8080)[number];
        var changed = await ProductAsync(proxy) with { Price = price };
        using var client = Client(proxy).WithShopKey(shop.ApiKey);
        using var answer = await client.PutAsJsonAsync("/api/products/1", changed);
        Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static HttpClient Client(Uri address) => new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
}
