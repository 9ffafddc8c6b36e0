using Strangler.Stages.Sides;

namespace Strangler.Stages.Switching;

/// <summary>The way back: the old owner becomes owner again at an epoch that nobody has used.</summary>
internal sealed partial class OwnershipSwitch
{
    private async Task AbortAsync(SwitchProgress progress, long reopenEpoch, string error, CancellationToken cancellation)
    {
        SwitchAborting(progress.Entry.Module, progress.Entry.Phase, error);
        await MarkAsync(progress, progress.Entry with { Phase = SwitchPhase.Reopening, NewEpoch = reopenEpoch, Error = error }, cancellation).ConfigureAwait(false);
        faults.At("switch.aborting");
    }

    private async Task ReopenAsync(SwitchProgress progress, CancellationToken cancellation)
    {
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            var entry = progress.Entry;
            try
            {
                await sides.OpenAsync(entry.Module, entry.From, entry.NewEpoch, entry.Keys, capture: true, cancellation).ConfigureAwait(false);
                break;
            }
            catch (SideException error)
            {
                var seen = error.Failure == SideFailure.Refused ? await sides.TryStatusAsync(entry.Module, entry.From, cancellation).ConfigureAwait(false) : null;
                var unfenced = seen is { IsOwner: true } ? await FenceAgainAsync(entry, seen.Epoch, cancellation).ConfigureAwait(false) : null;
                if (seen is { IsOwner: true } && unfenced is { Failure: SideFailure.Refused })
                {
                    // The fence never took: it has been owner all along, and stays so at the epoch that it has.
                    await MarkAsync(progress, entry with { NewEpoch = seen.Epoch }, cancellation).ConfigureAwait(false);
                    break;
                }

                if (unfenced is not null)
                {
                    // An earlier fence, or this one, may still be on its way: to publish it as owner now could leave the module without one.
                    await RetryAsync(progress, unfenced, pause, cancellation).ConfigureAwait(false);
                    continue;
                }

                // It has seen a higher epoch than the journal knows of: use one above.
                if (seen is not null && seen.Epoch >= entry.NewEpoch) await MarkAsync(progress, entry with { NewEpoch = seen.Epoch + 1 }, cancellation).ConfigureAwait(false);
                if (seen is { IsOwner: true }) continue;
                await RetryAsync(progress, error, pause, cancellation).ConfigureAwait(false);
            }
        }

        faults.At("switch.reopened");
        await PublishAsync(progress, progress.Entry with { Outcome = SwitchOutcome.Aborted }, progress.Entry.From, progress.State.Stage, progress.State.CanaryPercent, cancellation).ConfigureAwait(false);
    }

    private async Task<bool> FollowsAsync(string module, Side side, long epoch, CancellationToken cancellation)
    {
        try
        {
            await sides.FollowAsync(module, side, epoch, reset: false, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (SideException)
        {
            // Unconfirmed: the caller goes forward and reports its own error.
            return false;
        }
    }

    // Makes sure that no fence of this switch can still arrive late and leave the module without an owner: fenced now, it is opened again above.
    private async Task<SideException?> FenceAgainAsync(SwitchEntry entry, long epoch, CancellationToken cancellation)
    {
        try
        {
            await sides.FenceAsync(entry.Module, entry.From, epoch, Limits.FenceLimit, cancellation).ConfigureAwait(false);
            return null;
        }
        catch (SideException error)
        {
            // Refused, it neither fences nor opens, and it is owner: nothing is better than to leave it so. Else nothing is known.
            return error;
        }
    }
}
