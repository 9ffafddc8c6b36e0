using System.Collections.Concurrent;
using Strangler.Stages.Sides;

namespace Strangler.Stages;

/// <summary>
/// Answers waits for positions with one call to the owner at a time per module: it asks for the lowest position that is waited for, and the
/// answer, which says how far the other side is, ends every wait that it covers.
/// </summary>
internal sealed class PositionWait(ModuleStates states, SideClient sides, TimeProvider time) : IPositionWait
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentDictionary<string, Asks> _modules = new(StringComparer.Ordinal);

    public async Task<bool> ReachedAsync(string module, long epoch, long position, TimeSpan budget, CancellationToken cancellation)
    {
        var state = states.Of(module);
        // A switch drains before it opens: what was written in an earlier epoch is on both sides.
        if (epoch < state.Epoch) return true;
        var asks = _modules.GetOrAdd(module, static _ => new Asks());
        Ask ask;
        lock (asks)
        {
            if (asks.Epoch != epoch) (asks.Epoch, asks.Acknowledged) = (epoch, -1);
            if (asks.Acknowledged >= position) return true;
            if (budget <= TimeSpan.Zero) return false;
            ask = new Ask(position);
            asks.Waiting.Add(ask);
            if (!asks.Asking)
            {
                asks.Asking = true;
                asks.Loop = AskAsync(module, asks, state.Owner);
            }
        }

        try
        {
            return await ask.Reached.Task.WaitAsync(budget, time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            lock (asks) asks.Waiting.Remove(ask);
        }
    }

    public async Task<CopyProgress?> CaughtUpAsync(string module, TimeSpan budget, CancellationToken cancellation)
    {
        try
        {
            var owner = await sides.StatusAsync(module, states.Of(module).Owner, cancellation).ConfigureAwait(false);
            var reached = owner.Acknowledged >= owner.Position
                || await ReachedAsync(module, owner.Epoch, owner.Position, budget, cancellation).ConfigureAwait(false);
            return new CopyProgress(owner.Position, reached);
        }
        catch (SideException)
        {
            return null;
        }
    }

    private async Task AskAsync(string module, Asks asks, Side owner)
    {
        await Task.Yield();
        while (true)
        {
            long lowest;
            lock (asks)
            {
                if (asks.Waiting.Count == 0)
                {
                    asks.Asking = false;
                    return;
                }

                lowest = asks.Waiting.Min(a => a.Position);
            }

            try
            {
                var answer = await sides.DrainAsync(module, owner, lowest, CallLimit, CancellationToken.None).ConfigureAwait(false);
                Reached(asks, answer.Drained ? Math.Max(answer.Acknowledged, lowest) : answer.Acknowledged);
            }
            catch (SideException)
            {
                // The owner does not answer: nobody waits for it any longer, the readers are sent to the owner instead.
                Fail(asks);
                return;
            }
        }
    }

    private static void Reached(Asks asks, long acknowledged)
    {
        lock (asks)
        {
            asks.Acknowledged = Math.Max(asks.Acknowledged, acknowledged);
            foreach (var ask in asks.Waiting.Where(a => a.Position <= acknowledged)) ask.Reached.TrySetResult(true);
            asks.Waiting.RemoveAll(a => a.Position <= acknowledged);
        }
    }

    private static void Fail(Asks asks)
    {
        lock (asks)
        {
            foreach (var ask in asks.Waiting) ask.Reached.TrySetResult(false);
            asks.Waiting.Clear();
            asks.Asking = false;
        }
    }

    private sealed class Asks
    {
        public List<Ask> Waiting { get; } = [];

        public long Epoch { get; set; }

        public long Acknowledged { get; set; } = -1;

        public bool Asking { get; set; }

        public Task Loop { get; set; } = Task.CompletedTask;
    }

    private sealed class Ask(long position)
    {
        public long Position { get; } = position;

        public TaskCompletionSource<bool> Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
