using System.Diagnostics;

namespace Benchmarks.Load;

/// <summary>A fixed number of connections, each sending its next request when the last is answered.</summary>
internal static class ClosedLoop
{
    public static async Task<LoadResult> RunAsync(Uri url, int connections, TimeSpan duration)
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
        using var client = new HttpMessageInvoker(handler);
        var watch = Stopwatch.StartNew();
        var workers = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => WorkAsync(client, url, watch, duration))));
        var took = watch.Elapsed;
        var latencies = workers.SelectMany(static w => w.Latencies).ToList();
        return new LoadResult(latencies.Count, latencies.Count / took.TotalSeconds, Quantiles.Of(latencies, 0.5), Quantiles.Of(latencies, 0.99), workers.Sum(static w => w.Failed));
    }

    private static async Task<(List<double> Latencies, int Failed)> WorkAsync(HttpMessageInvoker client, Uri url, Stopwatch watch, TimeSpan duration)
    {
        var latencies = new List<double>(10_000);
        var failed = 0;
        while (watch.Elapsed < duration)
        {
            var began = watch.Elapsed;
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var answer = await client.SendAsync(request, CancellationToken.None);
            await answer.Content.CopyToAsync(Stream.Null);
            latencies.Add((watch.Elapsed - began).TotalMilliseconds);
            if (!answer.IsSuccessStatusCode) failed++;
        }

        return (latencies, failed);
    }
}

/// <summary>Requests per second, latencies in milliseconds.</summary>
internal sealed record LoadResult(int Requests, double Throughput, double P50, double P99, int Failed);
