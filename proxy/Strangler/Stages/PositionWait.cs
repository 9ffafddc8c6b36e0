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
        // Written at an owner of which this proxy has not heard yet: there is nobody to ask about it.
        if (epoch > state.Epoch) return false;
        if (epoch == state.Epoch) return await WaitAsync(state, position, budget, cancellation).ConfigureAwait(false);

        // A switch that was aborted reopens without draining, so what an earlier epoch wrote may still be under way:
        // it is on both sides once the copy holds everything that the owner has by now.
        var asks = AsksOf(module);
        lock (asks)
        {
            if (epoch < asks.Settled) return true;
        }

        if (budget <= TimeSpan.Zero) return false;
        try
        {
            return await CaughtUpAsync(module, budget, cancellation).WaitAsync(budget, time, cancellation).ConfigureAwait(false) is { Reached: true };
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public async Task<CopyProgress?> CaughtUpAsync(string module, TimeSpan budget, CancellationToken cancellation)
    {
        try
        {
            var state = states.Of(module);
            var owner = await sides.StatusAsync(module, state.Owner, cancellation).ConfigureAwait(false);
            var reached = owner.Acknowledged >= owner.Position
                || (owner.Epoch == state.Epoch && await WaitAsync(state, owner.Position, budget, cancellation).ConfigureAwait(false));
            if (reached && owner.IsOwner)
            {
                var asks = AsksOf(module);
                lock (asks) asks.Settled = Math.Max(asks.Settled, owner.Epoch);
            }

            return new CopyProgress(owner.Position, reached);
        }
        catch (SideException)
        {
            return null;
        }
    }

    /// <summary>Takes note of what an owner said when it was asked for its status: once it is down, nobody can ask it any more how far the copy is.</summary>
    public void Note(SideStatus owner)
    {
        var state = states.Of(owner.Module);
        if (!owner.IsOwner || owner.Epoch != state.Epoch) return;
        var asks = AsksOf(owner.Module);
        lock (asks)
        {
            if (owner.Epoch < asks.Epoch) return;
            if (owner.Epoch > asks.Epoch) Begin(asks, owner.Epoch);
            if (owner.Acknowledged >= owner.Position) asks.Settled = Math.Max(asks.Settled, owner.Epoch);
        }

        Reached(asks, owner.Epoch, owner.Acknowledged);
    }

    private async Task<bool> WaitAsync(ModuleState state, long position, TimeSpan budget, CancellationToken cancellation)
    {
        var asks = AsksOf(state.Module);
        Ask ask;
        lock (asks)
        {
            if (state.Epoch < asks.Epoch) return false;
            if (state.Epoch > asks.Epoch) Begin(asks, state.Epoch);
            if (asks.Acknowledged >= position) return true;
            if (budget <= TimeSpan.Zero) return false;
            ask = new Ask(position);
            asks.Waiting.Add(ask);
            if (!asks.Asking)
            {
                asks.Asking = true;
                asks.Loop = AskAsync(state.Module, asks);
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

    private async Task AskAsync(string module, Asks asks)
    {
        await Task.Yield();
        while (true)
        {
            long lowest;
            ModuleState state;
            lock (asks)
            {
                // Owner and epoch anew in each round, and under the lock: no waiter has seen a newer state than this one.
                state = states.Of(module);
                if (state.Epoch != asks.Epoch) Begin(asks, state.Epoch);
                if (asks.Waiting.Count == 0)
                {
                    asks.Asking = false;
                    return;
                }

                lowest = asks.Waiting.Min(a => a.Position);
            }

            try
            {
                var answer = await sides.DrainAsync(module, state.Owner, lowest, CallLimit, CancellationToken.None).ConfigureAwait(false);
                Reached(asks, state.Epoch, answer.Drained ? Math.Max(answer.Acknowledged, lowest) : answer.Acknowledged);
            }
            catch (SideException)
            {
                // The owner does not answer: nobody waits for it any longer, the readers are sent to the owner instead.
                Fail(asks, state.Epoch);
            }
        }
    }

    private Asks AsksOf(string module) => _modules.GetOrAdd(module, static _ => new Asks());

    // Two sides number their positions independently: nothing said about one epoch is true of another's positions.
    private static void Begin(Asks asks, long epoch)
    {
        Fail(asks, asks.Epoch);
        (asks.Epoch, asks.Acknowledged) = (epoch, -1);
    }

    private static void Reached(Asks asks, long epoch, long acknowledged)
    {
        lock (asks)
        {
            if (asks.Epoch != epoch) return;
            asks.Acknowledged = Math.Max(asks.Acknowledged, acknowledged);
            foreach (var ask in asks.Waiting.Where(a => a.Position <= acknowledged)) ask.Reached.TrySetResult(true);
            asks.Waiting.RemoveAll(a => a.Position <= acknowledged);
        }
    }

    private static void Fail(Asks asks, long epoch)
    {
        lock (asks)
        {
            if (asks.Epoch != epoch) return;
            foreach (var ask in asks.Waiting) ask.Reached.TrySetResult(false);
            asks.Waiting.Clear();
        }
    }

    private sealed class Asks
    {
        public List<Ask> Waiting { get; } = [];

        public long Epoch { get; set; }

        public long Acknowledged { get; set; } = -1;

        /// <summary>The copy holds everything that was written in epochs before this one.</summary>
        public long Settled { get; set; }

        public bool Asking { get; set; }

        public Task Loop { get; set; } = Task.CompletedTask;
    }

    private sealed class Ask(long position)
    {
        public long Position { get; } = position;

        public TaskCompletionSource<bool> Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
