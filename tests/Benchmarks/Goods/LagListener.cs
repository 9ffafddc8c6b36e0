using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Benchmarks.Goods;

/// <summary>
/// What the library measures of every change: from its row in the owner's outbox, just before the commit, to the receiver's acknowledgement, just
/// after its commit. Both lie outside what a lag is, so a lag is never longer than this.
/// </summary>
internal sealed class LagListener : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<double> _seconds = new();

    public LagListener()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Name: "sync.lag", Meter.Name: "Sync" }) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => _seconds.Enqueue(seconds));
        _listener.Start();
    }

    public IReadOnlyCollection<double> Seconds => _seconds;

    public void Dispose() => _listener.Dispose();

    public void Clear() => _seconds.Clear();
}
