using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using TestKit.Processes;

namespace Journey.Tests.Load;

/// <summary>
/// People who use the shop while it is taken apart. Each writer has products of its own and reads back what it wrote;
/// the readers ask for products that nobody writes and compare with what the monolith answered before the journey began.
/// </summary>
internal sealed class ShopLoad : IAsyncDisposable
{
    private const int Writers = 20;
    private const int Readers = 10;
    private const int WrittenPerWriter = 10;

    private readonly HttpClient _shop;
    private readonly TimeSpan _writePause;
    private readonly TimeSpan _readPause;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentQueue<string> _differences = new();
    private readonly ConcurrentQueue<TimeSpan> _writeTimes = new();
    private readonly List<Task> _people = [];
    private int _reads;

    private ShopLoad(Uri shop, WriteHistory history, int writesPerSecond, int readsPerSecond)
    {
        History = history;
        // Each person has cookies of their own in reality; here each carries its own credentials so that the proxy can tell them apart.
        _shop = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = 256 })
        {
            BaseAddress = shop,
            Timeout = TimeSpan.FromSeconds(30),
        };
        _writePause = TimeSpan.FromSeconds((double)Writers / writesPerSecond);
        _readPause = TimeSpan.FromSeconds((double)Readers / readsPerSecond);
    }

    public WriteHistory History { get; }

    /// <summary>Learns the reference answers from <paramref name="monolith"/>, then starts everybody on <paramref name="shop"/>.</summary>
    public static async Task<ShopLoad> StartAsync(Uri shop, Uri monolith, int writesPerSecond = 200, int readsPerSecond = 200, WriteHistory? history = null)
    {
        using var legacy = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = monolith };
        var reference = await ReadReferenceAsync(legacy);
        var products = new List<Product>();
        for (var page = 1; products.Count < Writers * WrittenPerWriter; page++)
            products.AddRange((await legacy.GetFromJsonAsync<ProductPage>($"/api/products?sort=id&pageSize=100&page={page}"))!.Items);

        var load = new ShopLoad(shop, history ?? new WriteHistory(), writesPerSecond, readsPerSecond);
        for (var i = 0; i < Writers; i++)
        {
            var own = products.Skip(i * WrittenPerWriter).Take(WrittenPerWriter).ToList();
            load._people.Add(load.WriteAsync(i, own));
        }

        for (var i = 0; i < Readers; i++)
            load._people.Add(load.ReadAsync(i, reference));
        return load;
    }

    /// <summary>Waits until about this many more writes have been acknowledged, so that a stage sees real traffic.</summary>
    public async Task PassAsync(int writes)
    {
        var goal = _writeTimes.Count + writes;
        await TestKit.Eventually.TrueAsync(
            () => _writeTimes.Count >= goal || !_failures.IsEmpty, TimeSpan.FromSeconds(60), $"{writes} more writes");
    }

    public async Task<LoadReport> StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_people);
        var times = _writeTimes.Order().ToArray();
        return new LoadReport(
            times.Length, _reads, [.. _failures], [.. _differences],
            times.Length == 0 ? TimeSpan.Zero : times[^1],
            times.Length == 0 ? TimeSpan.Zero : times[times.Length / 2]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_people);
        _shop.Dispose();
        _stop.Dispose();
    }

    private static async Task<IReadOnlyDictionary<string, (int Status, string Body)>> ReadReferenceAsync(HttpClient legacy)
    {
        // The last products: the writers have the first, and newly created ones come after them only on lists, which are not asked here.
        var paths = Enumerable.Range(900, 40).SelectMany(id => new[] { $"/api/products/{id}", $"/products/{id}" })
            .Concat(["/api/categories", "/api/categories/3", "/api/products/99999999", "/api/products?page=0", "/products/99999999", "/products/7/edit"]);
        var one = (await legacy.GetFromJsonAsync<Product>("/api/products/910"))!;
        paths = paths.Concat([$"/products?search={Uri.EscapeDataString(one.Name)}", $"/api/products?search={Uri.EscapeDataString(one.Name)}"]);
        var answers = new Dictionary<string, (int, string)>();
        foreach (var path in paths)
        {
            using var answer = await legacy.GetAsync(path);
            answers[path] = ((int)answer.StatusCode, PageText.Stable(await answer.Content.ReadAsStringAsync()));
        }

        return answers;
    }

    private async Task WriteAsync(int writer, List<Product> own)
    {
        var random = new Random(writer);
        var cents = 1000;
        var clock = Stopwatch.StartNew();
        for (var turn = 0; !_stop.IsCancellationRequested; turn++)
        {
            await PaceAsync(clock, turn, _writePause);
            var price = ++cents / 100m;
            try
            {
                if (turn % 20 == 7) own.Add(await CreateAsync(writer, turn, own[0], price));
                else if (turn % 40 == 33 && own.Count > WrittenPerWriter) await DeleteAsync(writer, own);
                else await ChangeAsync(writer, own, random.Next(own.Count), price);
            }
            catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException or FormatException)
            {
                _failures.Enqueue($"writer {writer}, turn {turn}: {error.Message}");
            }
        }
    }

    private async Task ChangeAsync(int writer, List<Product> own, int index, decimal price)
    {
        var changed = own[index] with { Price = price };
        await SendAsync(writer, HttpMethod.Put, $"/api/products/{changed.Id}", changed, 200);
        own[index] = changed;
        History.Wrote(changed.Id, price);
        await ReadBackAsync(writer, changed.Id, price);
    }

    private async Task<Product> CreateAsync(int writer, int turn, Product like, decimal price)
    {
        var wanted = like with { Id = 0, Sku = $"NEW-{Guid.NewGuid():N}", Price = price };
        var created = await SendAsync(writer, HttpMethod.Post, "/api/products", wanted, 201);
        if (!History.Created(created!.Id, price)) _failures.Enqueue($"key {created.Id} was given twice");
        await ReadBackAsync(writer, created.Id, price);
        return created;
    }

    private async Task DeleteAsync(int writer, List<Product> own)
    {
        var last = own[^1];
        own.RemoveAt(own.Count - 1);
        await SendAsync(writer, HttpMethod.Delete, $"/api/products/{last.Id}", null, 204);
        History.Deleted(last.Id);
        await ReadBackAsync(writer, last.Id, null);
    }

    private async Task<Product?> SendAsync(int writer, HttpMethod method, string path, Product? body, int expected)
    {
        var clock = Stopwatch.StartNew();
        using var request = Request(method, path, $"writer-{writer}");
        if (body is not null) request.Content = JsonContent.Create(body);
        using var answer = await _shop.SendAsync(request);
        if ((int)answer.StatusCode != expected)
            throw new FormatException($"{method} {path} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        _writeTimes.Enqueue(clock.Elapsed);
        return expected == 204 ? null : await answer.Content.ReadFromJsonAsync<Product>();
    }

    /// <summary>A client that has just written is answered by a side that knows the write.</summary>
    private async Task ReadBackAsync(int writer, int product, decimal? price)
    {
        using var request = Request(HttpMethod.Get, $"/api/products/{product}", $"writer-{writer}");
        using var answer = await _shop.SendAsync(request);
        var seen = (int)answer.StatusCode switch
        {
            200 => (await answer.Content.ReadFromJsonAsync<Product>())!.Price,
            404 => (decimal?)null,
            var status => throw new FormatException($"read back of product {product} answered {status}"),
        };
        if (seen != price) _differences.Enqueue($"writer {writer} wrote {price} to product {product} and read {seen}");
    }

    private async Task ReadAsync(int reader, IReadOnlyDictionary<string, (int Status, string Body)> reference)
    {
        var random = new Random(1000 + reader);
        var paths = reference.Keys.ToArray();
        var clock = Stopwatch.StartNew();
        for (var turn = 0; !_stop.IsCancellationRequested; turn++)
        {
            await PaceAsync(clock, turn, _readPause);
            var path = paths[random.Next(paths.Length)];
            try
            {
                using var request = Request(HttpMethod.Get, path, $"reader-{reader}");
                using var answer = await _shop.SendAsync(request);
                var body = PageText.Stable(await answer.Content.ReadAsStringAsync());
                var expected = reference[path];
                if ((int)answer.StatusCode != expected.Status || body != expected.Body)
                    _differences.Enqueue($"{path} answered {(int)answer.StatusCode} instead of {expected.Status}, or with another body:\n{body}");
                Interlocked.Increment(ref _reads);
            }
            catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
            {
                _failures.Enqueue($"GET {path}: {error.Message}");
            }
        }
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string person)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {person}");
        if (method != HttpMethod.Get) request.Headers.Add(ShopApi.Header, ShopApi.Key);
        return request;
    }

    /// <summary>Keeps the rate of an open system: a turn is due at its time, however long the one before took.</summary>
    private async Task PaceAsync(Stopwatch clock, int turn, TimeSpan pause)
    {
        var wait = pause * turn - clock.Elapsed;
        if (wait <= TimeSpan.Zero) return;
        try
        {
            await Task.Delay(wait, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The loop's own condition ends it.
        }
    }
}
