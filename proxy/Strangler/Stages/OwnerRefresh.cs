using System.Collections.Concurrent;
using Strangler.Plan;
using Strangler.Stages.Store;

namespace Strangler.Stages;

/// <summary>Reads the store, and asks the sides when the store says nothing new. One look per module at a time.</summary>
internal sealed class OwnerRefresh(IStageStore store, ModuleStates states, OwnerTakeover takeover, Func<PlanSnapshot> plan, TimeProvider time) : IOwnerRefresh
{
    private readonly ConcurrentDictionary<string, Lazy<Task>> _looks = new(StringComparer.Ordinal);

    public async Task RefreshAsync(string module, CancellationToken cancellation)
    {
        var look = _looks.GetOrAdd(module, name => new Lazy<Task>(() => LookAsync(name)));
        await look.Value.WaitAsync(cancellation).ConfigureAwait(false);
    }

    private async Task LookAsync(string module)
    {
        try
        {
            // Off the caller's stack, so that the entry is in the dictionary before it is removed again.
            await Task.Yield();
            var believed = states.Of(module);
            var stored = await store.StateAsync(module, CancellationToken.None).ConfigureAwait(false);
            if (stored is not null) states.Publish(stored.State);
            if (stored is not null && (stored.State.Switching || stored.State.Version > believed.Version)) return;
            if (!plan().Modules.TryGetValue(module, out var planned)) return;
            if (await store.OpenSwitchAsync(module, CancellationToken.None).ConfigureAwait(false) is not null) return;
            await takeover.CheckAsync(stored ?? new StoredState(ModuleState.Initial(module), time.GetUtcNow()), planned, lease: null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StateConflictException)
        {
            // Another coordinator has just saved: its state is as good as the one that was about to be saved here.
            if (await store.StateAsync(module, CancellationToken.None).ConfigureAwait(false) is { } newer) states.Publish(newer.State);
        }
        finally
        {
            _looks.TryRemove(module, out _);
        }
    }
}
