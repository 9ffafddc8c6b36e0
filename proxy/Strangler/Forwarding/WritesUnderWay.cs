using System.Collections.Concurrent;

namespace Strangler.Forwarding;

/// <summary>Counts the writes that this proxy has sent on and that have not been answered, per module. A switch of shared data waits for them.</summary>
public sealed class WritesUnderWay(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Gauge> _gauges = new(StringComparer.Ordinal);

    /// <summary>The writes of a module that are under way now.</summary>
    public int Of(string module) => _gauges.TryGetValue(module, out var gauge) ? gauge.Read() : 0;

    /// <summary>Waits until no write of the module is under way. Publish <c>Switching</c> first: a write that enters later sees it and waits.</summary>
    /// <returns>False when the limit has passed.</returns>
    public async Task<bool> DrainedAsync(string module, TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            await GaugeOf(module).WhenZero().WaitAsync(limit, time, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    internal void Enter(string module) => GaugeOf(module).Add(1);

    internal void Exit(string module) => GaugeOf(module).Add(-1);

    private Gauge GaugeOf(string module) => _gauges.GetOrAdd(module, static _ => new Gauge());

    private sealed class Gauge
    {
        private readonly Lock _lock = new();
        private int _count;
        private TaskCompletionSource? _zero;

        public int Read()
        {
            lock (_lock) return _count;
        }

        public void Add(int change)
        {
            TaskCompletionSource? reached = null;
            lock (_lock)
            {
                _count += change;
                if (_count == 0) (reached, _zero) = (_zero, null);
            }

            reached?.TrySetResult();
        }

        public Task WhenZero()
        {
            lock (_lock)
            {
                if (_count == 0) return Task.CompletedTask;
                _zero ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return _zero.Task;
            }
        }
    }
}
