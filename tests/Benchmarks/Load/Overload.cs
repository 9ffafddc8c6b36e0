using System.Diagnostics;

namespace Benchmarks.Load;

/// <summary>
/// Offers requests at a fixed rate that the server need not keep up with. At most so many are under way; what is due beyond them is turned away at once, so that
/// neither memory nor time grows with the overload. Each is measured from the moment it was due.
/// </summary>
internal sealed class Overload(double perSecond, int mostUnderWay) : IDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    // Kept over all rounds: making hundreds of connections is no part of what is measured.
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = mostUnderWay, UseProxy = false, UseCookies = false, AllowAutoRedirect = false,
    });

    public async Task<OverloadResult> RunAsync(Uri url, TimeSpan duration)
    {
        using var limit = new CancellationTokenSource(duration + AnswerLimit);
        var round = new Round(_client, url, limit.Token);
        var (offered, turnedAway) = (0, 0);
        while (round.Watch.Elapsed < duration)
        {
            var due = (int)(round.Watch.Elapsed.TotalSeconds * perSecond);
            for (; offered < due; offered++)
            {
                if (round.UnderWay < mostUnderWay) round.Send(TimeSpan.FromSeconds(offered / perSecond));
                else turnedAway++;
            }

            await Task.Delay(Tick, CancellationToken.None);
        }

        await round.EndAsync();
        var (latencies, failed) = round.Result;
        return new OverloadResult(latencies, latencies.Length / round.Watch.Elapsed.TotalSeconds, turnedAway, failed);
    }

    public void Dispose() => _client.Dispose();

    private sealed class Round(HttpMessageInvoker client, Uri url, CancellationToken limit)
    {
        private readonly Lock _lock = new();
        private readonly List<double> _latencies = [];
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // The one more is the round itself, until it sends no more.
        private int _underWay = 1;
        private int _failed;

        public Stopwatch Watch { get; } = Stopwatch.StartNew();

        public int UnderWay => Volatile.Read(ref _underWay) - 1;

        public (double[] Latencies, int Failed) Result
        {
            get
            {
                lock (_lock) return ([.. _latencies], _failed);
            }
        }

        public void Send(TimeSpan due)
        {
            Interlocked.Increment(ref _underWay);
            // Observed by EndAsync: it ends in Leave however it fares.
            _ = SendAsync(due);
        }

        public Task EndAsync()
        {
            Leave();
            return _ended.Task;
        }

        private async Task SendAsync(TimeSpan due)
        {
            var good = false;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url);
                using var answer = await client.SendAsync(request, limit);
                await answer.Content.CopyToAsync(Stream.Null, limit);
                good = answer.IsSuccessStatusCode;
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
            {
                // Counted below.
            }
            finally
            {
                lock (_lock)
                {
                    if (good) _latencies.Add((Watch.Elapsed - due).TotalMilliseconds);
                    else _failed++;
                }

                Leave();
            }
        }

        private void Leave()
        {
            if (Interlocked.Decrement(ref _underWay) == 0) _ended.TrySetResult();
        }
    }
}

/// <summary>The latencies of what was answered, in milliseconds; answers per second; how many were not sent as too many were under way, and how many failed.</summary>
internal sealed record OverloadResult(double[] Latencies, double Throughput, int TurnedAway, int Failed)
{
    public double P99 => Quantiles.Of(Latencies, 0.99);
}
