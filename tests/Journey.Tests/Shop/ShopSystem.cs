using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Journey.Tests.Load;
using TestKit;
using TestKit.Processes;

namespace Journey.Tests.Shop;

/// <summary>The sample shop as real processes: legacy, catalog service and proxy, driven through the admin API.</summary>
internal sealed class ShopSystem : IAsyncDisposable
{
    private const string Module = "catalog";
    private readonly StranglerSystem _system;

    private ShopSystem(StranglerSystem system) => _system = system;

    public Uri Public => _system.PublicUrl;

    public Uri Legacy => _system.UrlOf("legacy");

    public Uri Service => _system.UrlOf("catalog");

    public StranglerSystem Processes => _system;

    /// <summary>Starts the shop with gates that a test's traffic can pass within seconds. The limits that matter stay as they are.</summary>
    public static async Task<ShopSystem> StartAsync() =>
        new(await StranglerSystem.StartAsync(plan =>
        {
            var gates = plan["modules"]![Module]!["gates"]!.AsObject();
            gates["minimumComparisons"] = 5;
            gates["quietBeforeRetirement"] = "00:00:02";
        }));

    /// <summary>Advances as soon as the evidence suffices; fails with the unmet conditions when it never does.</summary>
    public async Task AdvanceAsync(string stage, int percent = 0, bool force = false)
    {
        var request = new JsonObject { ["to"] = stage };
        if (percent > 0) request["percent"] = percent;
        if (force)
        {
            request["force"] = true;
            request["reason"] = "the test at hand is not about gates";
        }

        await Eventually.GetAsync(
            () => PostAsync("advance", request),
            answer => answer.Status == HttpStatusCode.OK ? true
                : answer.Status == HttpStatusCode.Conflict ? false
                : throw new AssertFailedException($"advance to {stage} answered {(int)answer.Status}: {answer.Body}"),
            TimeSpan.FromSeconds(60),
            $"advance to {stage} {percent}%");
    }

    public async Task RollbackAsync(string stage)
    {
        var answer = await PostAsync("rollback", new JsonObject { ["to"] = stage });
        Assert.AreEqual(HttpStatusCode.OK, answer.Status, answer.Body);
    }

    public async Task DetachAsync()
    {
        var answer = await PostAsync("detach", new JsonObject { ["detached"] = true });
        Assert.AreEqual(HttpStatusCode.OK, answer.Status, answer.Body);
    }

    /// <summary>Waits until nothing of the module is on its way between the sides.</summary>
    public Task DrainedAsync() => Eventually.GetAsync(
        async () => (await StatusAsync())["sync"]!["pending"]!.GetValue<long>(), pending => pending == 0, what: "nothing pending");

    public async Task<JsonNode> StatusAsync()
    {
        var status = await _system.Admin.GetFromJsonAsync<JsonNode>("/admin/status");
        return status!["modules"]!.AsArray().Single(module => module!["name"]!.GetValue<string>() == Module)!;
    }

    /// <summary>Every acknowledged write is there, and what was deleted is gone.</summary>
    public static async Task AssertHoldsAsync(Uri side, WriteHistory history)
    {
        using var client = new HttpClient { BaseAddress = side };
        var wrong = new List<string>();
        foreach (var (product, price) in history.Acknowledged)
        {
            using var answer = await client.GetAsync($"/api/products/{product}");
            var held = answer.StatusCode == HttpStatusCode.NotFound ? null : (await answer.Content.ReadFromJsonAsync<Product>())?.Price;
            if (held != price) wrong.Add($"product {product}: acknowledged {price?.ToString() ?? "deleted"}, held {held?.ToString() ?? "nothing"}");
        }

        Assert.IsNotEmpty(history.Acknowledged, "the writers wrote something");
        Assert.IsEmpty(wrong, $"{side}: {string.Join("; ", wrong.Take(10))}");
    }

    public async Task SetPriceAsync(int product, decimal price)
    {
        using var client = new HttpClient { BaseAddress = Public };
        var changed = (await client.GetFromJsonAsync<Product>($"/api/products/{product}"))! with { Price = price };
        using var answer = await client.PutAsJsonAsync($"/api/products/{product}", changed);
        Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync() => await _system.DisposeAsync();

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string action, JsonObject body)
    {
        using var answer = await _system.Admin.PostAsJsonAsync($"/admin/modules/{Module}/{action}", body, JsonSerializerOptions.Web);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
