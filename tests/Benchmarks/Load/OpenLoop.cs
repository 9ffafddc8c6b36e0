using System.Collections.Concurrent;
using System.Diagnostics;

namespace Benchmarks.Load;

/// <summary>
/// Sends at a fixed rate whether or not earlier requests are answered, and measures each from the moment it was due: a server that
/// stands still is charged for all that would have come meanwhile.
/// </summary>
internal sealed class OpenLoop(double perSecond, Func<int, Task<bool>> send)
{
    private readonly ConcurrentBag<Sample> _samples = [];
    private readonly Stopwatch _watch = new();

    public TimeSpan Now => _watch.Elapsed;

    public IReadOnlyCollection<Sample> Samples => _samples;

    /// <summary>Runs until cancelled and all that was sent is answered.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        _watch.Start();
        var underWay = new List<Task>();
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var due = TimeSpan.FromSeconds(number / perSecond);
            var early = due - _watch.Elapsed;
            if (early > TimeSpan.Zero) await Task.Delay(early, CancellationToken.None);
            underWay.Add(OneAsync(number, due));
            if (underWay.Count > 1000) underWay.RemoveAll(static t => t.IsCompletedSuccessfully);
        }

        await Task.WhenAll(underWay);
    }

    private async Task OneAsync(int number, TimeSpan due)
    {
        bool good;
        try
        {
            good = await send(number);
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            good = false;
        }

        _samples.Add(new Sample(due, (_watch.Elapsed - due).TotalMilliseconds, good));
    }
}

/// <summary>One request: when it was due and how long from then until its answer, in milliseconds.</summary>
internal sealed record Sample(TimeSpan Due, double Milliseconds, bool Good);
