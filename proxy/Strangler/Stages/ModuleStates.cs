using System.Collections.Concurrent;

namespace Strangler.Stages;

/// <summary>
/// The states of all modules as this proxy sees them. The state machine publishes, the request path reads.
/// Reading takes one dictionary look-up and no lock. Belief only: a side that is not the owner refuses writes by itself.
/// </summary>
public sealed class ModuleStates(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Raised after a newer state has been published, on the publisher's thread.</summary>
    public event Action<ModuleState>? Changed;

    /// <summary>The current state; <see cref="ModuleState.Initial"/> for a module never published.</summary>
    public ModuleState Of(string module) => EntryOf(module).State;

    /// <summary>Takes over <paramref name="state"/> unless a newer version is already known, and wakes the writes that wait.</summary>
    public void Publish(ModuleState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var entry = EntryOf(state.Module);
        TaskCompletionSource moved;
        lock (entry)
        {
            if (state.Version <= entry.State.Version && entry.State.Version > 0) return;
            entry.State = state;
            moved = entry.Moved;
            entry.Moved = NewSignal();
        }

        moved.TrySetResult();
        Changed?.Invoke(state);
    }

    /// <summary>Waits until <paramref name="accept"/> holds for the module's state.</summary>
    /// <returns>The first accepted state, or null when <paramref name="limit"/> has passed.</returns>
    public async Task<ModuleState?> WaitAsync(string module, Func<ModuleState, bool> accept, TimeSpan limit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(accept);
        var entry = EntryOf(module);
        var started = time.GetTimestamp();
        while (true)
        {
            // Take the signal before the state: a publication in between completes the signal that is held.
            var moved = entry.Moved.Task;
            var state = entry.State;
            if (accept(state)) return state;
            var left = limit - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero) return null;
            try
            {
                await moved.WaitAsync(left, time, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                return null;
            }
        }
    }

    private Entry EntryOf(string module) => _entries.GetOrAdd(module, static name => new Entry(ModuleState.Initial(name)));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Entry(ModuleState state)
    {
        public volatile ModuleState State = state;
        public volatile TaskCompletionSource Moved = NewSignal();
    }
}
