using System.Collections.Concurrent;
using System.Globalization;

namespace Journey.Tests.Canary;

/// <summary>Clients that ask for goods all the time, over all proxies, and note what was not as it should be.</summary>
internal sealed class GoodsTraffic : IAsyncDisposable
{
    private const int Askers = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _asking;
    private int _asked;

    public GoodsTraffic(IReadOnlyList<Uri> proxies) => _asking = [.. Enumerable.Range(0, Askers).Select(i => AskAsync(i, proxies[i % proxies.Count]))];

    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Answers with a status of 500 and above.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>Requests that were not answered at all.</summary>
    public ConcurrentQueue<string> Broken { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_asking);
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task AskAsync(int asker, Uri proxy)
    {
        // Each asks for many clients: a share of the clients is a share of the requests then.
        for (var turn = 0; !_stop.IsCancellationRequested; turn++)
        {
            try
            {
                var id = (turn % 50).ToString(CultureInfo.InvariantCulture);
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(proxy, $"/goods/{id}"));
                request.Headers.Add("X-Client", $"client-{asker}-{id}");
                using var answer = await _client.SendAsync(request, _stop.Token);
                if ((int)answer.StatusCode >= 500) Failures.Enqueue($"goods {id}: {(int)answer.StatusCode}");
                Interlocked.Increment(ref _asked);
                await Task.Delay(Pause, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
            {
                Broken.Enqueue(error.Message);
            }
        }
    }
}
