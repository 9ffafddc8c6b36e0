using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Journey.Tests.Load;
using Journey.Tests.Shop;
using TestKit;
using TestKit.Databases;
using TestKit.Processes;

namespace Journey.Tests;

/// <summary>Nothing depends on there being one of anything: two instances of each side and two proxies, through switches that now the one and now the other makes.</summary>
[TestClass, DoNotParallelize]
public sealed class ManyInstancesTests
{
    private const string Module = "catalog";
    private const int WritersOfEach = 3;
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentDictionary<int, decimal> _acknowledged = new();
    private int _writes;

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [Timeout(600_000)]
    [DataRow(TestDatabase.PostgreSql, ChannelSettings.Http)]
    [DataRow(TestDatabase.SqlServer, ChannelSettings.Http)]
    [DataRow(TestDatabase.PostgreSql, ChannelSettings.NServiceBus)]
    [DataRow(TestDatabase.SqlServer, ChannelSettings.NServiceBus)]
    public async Task TwoOfEverything_SwitchedThereAndBackByEitherProxyUnderWrites_NothingFailsOrIsLost(string provider, string channel)
    {
        await using var shop = await ManyInstances.StartAsync(provider, channel);
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 2 * WritersOfEach).Select(n => WriteAsync(shop.Proxies[n % 2], n + 1, stop.Token)).ToArray();
        try
        {
            await PassAsync(20);
            await MoveAsync(shop.Admins[0], "advance", "Canary");
            for (var round = 0; round < 4; round++)
            {
                await MoveAsync(shop.Admins[round % 2], "advance", "Extracted");
                await PassAsync(20);
                await MoveAsync(shop.Admins[(round + 1) / 2 % 2], "rollback", "Canary");
                await PassAsync(20);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(writers);
        }

        TestContext.WriteLine($"{provider} over {channel}: {_writes} writes, {_failures.Count} failures");
        Assert.IsEmpty(_failures, string.Join('\n', _failures.Take(10)));
        await Eventually.GetAsync(async () => (await shop.Admins[1].StatusAsync(Module)).GetProperty("sync").GetProperty("pending").GetInt64(), pending => pending == 0, TimeSpan.FromSeconds(60));
        foreach (var side in shop.Legacies.Concat(shop.Services)) await AssertHoldsAsync(side);
    }

    /// <summary>Asks again when the step is refused, or has gone back because the machine was too slow for its limits: no writer may notice that either.</summary>
    private static Task MoveAsync(StranglerAdmin admin, string step, string to) => Eventually.GetAsync(
        async () =>
        {
            using var answer = await admin.Client.PostAsJsonAsync($"/admin/modules/{Module}/{step}", new { to, force = step == "advance", reason = "a test that is not about gates" });
            return (answer.StatusCode, Body: await answer.Content.ReadAsStringAsync());
        },
        static seen => seen.StatusCode == HttpStatusCode.OK,
        TimeSpan.FromMinutes(3),
        $"{step} to {to}");

    /// <summary>One person with a product of their own, at one proxy: changes it, reads it back, and now and then makes a new one.</summary>
    private async Task WriteAsync(Uri proxy, int product, CancellationToken stop)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false }) { BaseAddress = proxy, Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer person-{product}");
        client.WithShopKey();
        for (var turn = 1; !stop.IsCancellationRequested; turn++)
        {
            try
            {
                var wanted = (await client.GetFromJsonAsync<Product>($"/api/products/{product}", CancellationToken.None))! with { Price = turn };
                using var changed = await client.PutAsJsonAsync($"/api/products/{product}", wanted, CancellationToken.None);
                if (changed.StatusCode != HttpStatusCode.OK) throw new InvalidDataException($"the change answered {(int)changed.StatusCode}");
                _acknowledged[product] = turn;
                var read = (await client.GetFromJsonAsync<Product>($"/api/products/{product}", CancellationToken.None))!;
                if (read.Price != turn) throw new InvalidDataException($"wrote {turn} and read {read.Price}");
                if (turn % 5 == 0) await CreateAsync(client, wanted, turn);
                Interlocked.Increment(ref _writes);
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException or InvalidDataException)
            {
                _failures.Enqueue($"{proxy}, product {product}, turn {turn}: {error.Message}");
                return;
            }
        }
    }

    private async Task CreateAsync(HttpClient client, Product like, int turn)
    {
        using var made = await client.PostAsJsonAsync("/api/products", like with { Id = 0, Sku = $"MANY-{like.Id}-{turn}" }, CancellationToken.None);
        if (made.StatusCode != HttpStatusCode.Created) throw new InvalidDataException($"the creation answered {(int)made.StatusCode}");
        var id = (await made.Content.ReadFromJsonAsync<Product>(CancellationToken.None))!.Id;
        if (!_acknowledged.TryAdd(id, turn)) throw new InvalidDataException($"key {id} was given twice");
    }

    private async Task PassAsync(int writes)
    {
        var goal = Volatile.Read(ref _writes) + writes;
        await Eventually.TrueAsync(() => Volatile.Read(ref _writes) >= goal || !_failures.IsEmpty, TimeSpan.FromMinutes(2), $"{writes} more writes");
    }

    private async Task AssertHoldsAsync(Uri side)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = side };
        foreach (var (product, price) in _acknowledged)
            Assert.AreEqual(price, (await client.GetFromJsonAsync<Product>($"/api/products/{product}"))!.Price, $"product {product} at {side}");
    }
}
