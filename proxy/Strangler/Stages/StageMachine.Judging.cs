using System.Text.Json;
using Strangler.Stages.Judging;

namespace Strangler.Stages;

internal sealed partial class StageMachine
{
    /// <summary>Takes the reads back from the service, as the judge says. Nothing is asked of the sides: the one that is to blame may not answer.</summary>
    /// <returns>False when the module has moved since it was judged: there is nothing to take back then, or something else to judge.</returns>
    public async Task<bool> TakeBackAsync(string module, long judgedVersion, CanaryBreach breach, CancellationToken cancellation)
    {
        await using var lease = await LeaseAsync(module, cancellation).ConfigureAwait(false);
        var state = (await StoredAsync(module, cancellation).ConfigureAwait(false)).State;
        states.Publish(state);
        if (state.Stage != Stage.Canary || state.Version != judgedVersion || await store.OpenSwitchAsync(module, cancellation).ConfigureAwait(false) is not null) return false;
        var numbers = JsonSerializer.Serialize(breach, JudgedAction.Json);
        lease.ThrowIfLost();
        await SaveAsync(
            state with { Stage = Stage.Shadow, CanaryPercent = 0 }, Audit(module, JudgedAction.Name, Describe(state), Describe(Stage.Shadow, 0), false, breach.Reason, numbers), CancellationToken.None).ConfigureAwait(false);
        if (plan().Modules.TryGetValue(module, out var planned)) evidence.Restart(planned.Endpoints.Select(e => e.Id));
        Moved(module, Stage.Canary, Stage.Shadow, 0, state.Epoch, false);
        return true;
    }
}
