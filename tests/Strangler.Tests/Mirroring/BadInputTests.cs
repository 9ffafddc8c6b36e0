using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TestKit;
using TestKit.Processes;

namespace Strangler.Tests.Mirroring;

/// <summary>What neither side should ever answer, before a proxy that is a process of its own. <c>STREAM_BYTES</c> sets how long the long streams are.</summary>
[TestClass]
public sealed class BadInputTests
{
    private const int MostMemory = 250;
    private static readonly long Stream = long.TryParse(Environment.GetEnvironmentVariable("STREAM_BYTES"), CultureInfo.InvariantCulture, out var asked) ? asked : 128L << 20;
    private static readonly byte[] Block = [.. Enumerable.Range(0, 1 << 16).Select(static i => (byte)('a' + i % 26))];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task Answers_ThatNobodyExpects_ReachTheClientAndEndInTheirClassWithoutTakingMemory()
    {
        if (!OperatingSystem.IsLinux()) Assert.Inconclusive("The peak of a process's memory is read from /proc.");
        using var directory = new TemporaryDirectory();
        await using var legacy = await WebHost.StartAsync(static app => app.Run(static context => AnswerAsync(context, "legacy")));
        await using var service = await WebHost.StartAsync(static app => app.Run(static context => AnswerAsync(context, "service")));
        await using var proxy = await StranglerProxy.StartAsync($$"""
            { "legacy": { "address": "{{legacy.Address}}" }, "limits": { "candidateTimeout": "00:00:15" },
              "modules": { "odd": { "service": { "addresses": ["{{service.Address}}"] }, "data": "none", "endpoints": [ { "id": "odd.read", "match": "GET /{legacy}/{service}" } ] } } }
            """, directory);
        await proxy.Admin.AdvanceAsync("odd", "Shadow");
        using var client = new HttpClient { BaseAddress = proxy.Url, Timeout = TimeSpan.FromMinutes(5) };

        await CheckAsync("large", "large", "TooLarge", 2 << 20);
        await CheckAsync("json", "large", "TooLarge");
        await CheckAsync("json", "truncated", "CandidateFailed");
        await CheckAsync("invalid", "invalid", "Match");
        await CheckAsync("json", "invalid", "Mismatch");
        await CheckAsync("nested", "nested2", "Mismatch");
        await CheckAsync("nested", "nested", "Match");
        await CheckAsync("tags", "tags2", "Mismatch");
        await CheckAsync("json", "stream", "TooLarge");
        await CheckAsync("stream", "json", "TooLarge", Stream);
        await CheckAsync("bomb", "bomb2", "TooLarge");
        for (var i = 0; i < 3; i++) await CheckAsync("rows", "rows2", "Mismatch");
        for (var i = 0; i < 3; i++) await CheckAsync("packed", "packed2", "Mismatch");
        for (var i = 0; i < 3; i++) await CheckAsync("page", "page2", "Mismatch");
        await CheckAsync("json", "endless", "TimedOut");

        // An answer that never ends, from the side that the client is served by: it comes as it is made, and ends with the client.
        using (var endless = await client.GetAsync("/endless/json", HttpCompletionOption.ResponseHeadersRead))
        {
            await using var body = await endless.Content.ReadAsStreamAsync();
            var seen = new byte[3];
            await body.ReadExactlyAsync(seen);
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetByteArrayAsync("/truncated/json"));
        await CheckAsync("json", "json", "Match");
        var peak = PeakOf(proxy.Process.Id);
        TestContext.WriteLine($"peak of the proxy: {peak} MB; streams of {Stream >> 20} MB");
        Assert.IsLessThan(MostMemory, peak);

        async Task CheckAsync(string left, string right, string outcome, long? length = null)
        {
            var before = await CountsAsync();
            using var answer = await client.GetAsync($"/{left}/{right}", HttpCompletionOption.ResponseHeadersRead);
            Assert.AreEqual(200, (int)answer.StatusCode, $"{left} {right}");
            await using var body = await answer.Content.ReadAsStreamAsync();
            var (read, buffer) = (0L, new byte[1 << 16]);
            while (await body.ReadAsync(buffer) is var count and > 0) read += count;
            if (length is { } expected) Assert.AreEqual(expected, read, left);
            var after = await Eventually.GetAsync(CountsAsync, seen => (long)seen["takenIn"]! == (long)before["takenIn"]! + 1 && (long)seen["waiting"]! == 0, TimeSpan.FromMinutes(2), $"{left} {right}");
            Assert.AreEqual((long)before["counts"]![outcome]! + 1, (long)after["counts"]![outcome]!, $"{left} against {right}: {after["counts"]!.ToJsonString()}");
            TestContext.WriteLine($"{left} against {right}: {outcome}, {PeakOf(proxy.Process.Id)} MB");
        }

        async Task<JsonNode> CountsAsync() => (await proxy.Admin.Client.GetFromJsonAsync<JsonObject>("/admin/status"))!["modules"]![0]!["endpoints"]![0]!;
    }

    private static long PeakOf(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(static l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    private static async Task AnswerAsync(HttpContext context, string side)
    {
        var names = context.Request.Path.Value!.Split('/');
        if (names.Length < 3) return;
        var kind = side == "legacy" ? names[1] : names[2];
        context.Response.ContentType = kind is "tags" or "tags2" or "page" or "page2" ? "text/html" : kind is "stream" or "endless" ? "text/plain" : "application/json";
        switch (kind)
        {
            case "json": await context.Response.WriteAsync("""{"a":1}"""); break;
            case "invalid": await context.Response.WriteAsync("""{"a":1,,"""); break;
            case "large": await SendAsync(context, 2 << 20); break;
            case "stream": await SendAsync(context, Stream); break;
            case "nested" or "nested2": await context.Response.WriteAsync($"{new string('[', 10_000)}{kind.Length}{new string(']', 10_000)}"); break;
            case "tags" or "tags2": await context.Response.WriteAsync($"{string.Concat(Enumerable.Repeat("<div>", 10_000))}{kind}"); break;
            case "rows" or "rows2": await context.Response.WriteAsync(Rows(30_000, kind)); break;
            case "packed" or "packed2":
                context.Response.Headers.ContentEncoding = "gzip";
                await using (var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest)) await gzip.WriteAsync(Encoding.UTF8.GetBytes(Rows(70_000, kind)));
                break;
            case "page" or "page2": await context.Response.WriteAsync($"<table>{string.Concat(Enumerable.Range(0, 7_000).Select(i => $"<tr><td>{i}</td><td>{kind}</td></tr>"))}</table>"); break;
            case "truncated":
                context.Response.ContentLength = 1000;
                await context.Response.WriteAsync("""{"a":1""");
                await context.Response.Body.FlushAsync();
                context.Abort();
                break;
            case "endless":
                context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.WriteAsync("abc");
                    await Task.Delay(TimeSpan.FromMilliseconds(50), context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                break;
            case "bomb" or "bomb2":
                context.Response.Headers.ContentEncoding = "gzip";
                await using (var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest))
                {
                    for (var i = 0; i < 64; i++) await gzip.WriteAsync(new byte[1 << 20]);
                    await gzip.WriteAsync(Block.AsMemory(0, kind.Length));
                }

                break;
        }
    }

    private static string Rows(int count, string value) => $"[{string.Join(',', Enumerable.Range(0, count).Select(i => $"{{\"id\":{i},\"v\":\"{value}\"}}"))}]";

    private static async Task SendAsync(HttpContext context, long bytes)
    {
        for (; bytes > 0 && !context.RequestAborted.IsCancellationRequested; bytes -= Block.Length)
        {
            try
            {
                await context.Response.Body.WriteAsync(Block.AsMemory(0, (int)Math.Min(bytes, Block.Length)), context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
