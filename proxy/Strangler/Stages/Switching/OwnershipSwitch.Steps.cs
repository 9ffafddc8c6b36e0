using Strangler.Stages.Sides;

namespace Strangler.Stages.Switching;

/// <summary>The steps forward, in their order. Writes are held already when the first one begins.</summary>
internal sealed partial class OwnershipSwitch
{
    private async Task FenceAsync(SwitchProgress progress, CancellationToken cancellation)
    {
        var entry = progress.Entry;
        try
        {
            var fence = await sides.FenceAsync(entry.Module, entry.From, entry.OldEpoch, Limits.FenceLimit, cancellation).ConfigureAwait(false);
            faults.At("switch.fence-answered");
            await MarkAsync(progress, entry with { Phase = SwitchPhase.Draining, Position = fence.Position, Keys = fence.Keys ?? entry.Keys }, cancellation).ConfigureAwait(false);
            faults.At("switch.fenced");
        }
        catch (SideException error)
        {
            // A state file from a backup may name the wrong owner. Then nothing may be opened: the real owner is taken over as it is.
            if (error.Failure == SideFailure.Refused && await sides.TryStatusAsync(entry.Module, entry.To, cancellation).ConfigureAwait(false) is { IsOwner: true } owner)
            {
                var adopted = entry with { Outcome = SwitchOutcome.Aborted, NewEpoch = owner.Epoch, Error = $"the {Name(entry.To)} side is owner already, at epoch {owner.Epoch}" };
                var stage = entry.To == Side.Service ? Stage.Extracted : Stage.Syncing;
                await PublishAsync(progress, adopted, entry.To, stage, stage == Stage.Extracted ? 100 : 0, cancellation).ConfigureAwait(false);
                return;
            }

            await AbortAsync(progress, entry.NewEpoch, error.Message, cancellation).ConfigureAwait(false);
        }
    }

    private async Task DrainAsync(SwitchProgress progress, CancellationToken cancellation)
    {
        var entry = progress.Entry;
        var started = time.GetTimestamp();
        var pause = FirstPause;
        string? seen = null;
        while (true)
        {
            var left = Limits.DrainLimit - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                await AbortAsync(progress, entry.NewEpoch, $"the {Name(entry.To)} side had not applied everything after {Limits.DrainLimit.TotalSeconds:0.#} s ({seen})", cancellation).ConfigureAwait(false);
                return;
            }

            try
            {
                var drain = await sides.DrainAsync(entry.Module, entry.From, entry.Position, left, cancellation).ConfigureAwait(false);
                if (drain.Drained) break;
                if (drain.Parked > 0)
                {
                    // It needs an operator: waiting out the limit would hold writes for nothing.
                    await AbortAsync(progress, entry.NewEpoch, $"{drain.Parked} change(s) of the {Name(entry.From)} side are parked; retry or discard them", cancellation).ConfigureAwait(false);
                    return;
                }

                seen = $"acknowledged {drain.Acknowledged} of {entry.Position}, parked {drain.Parked}";
            }
            catch (SideException error)
            {
                seen = error.Message;
            }

            await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
            pause = Longer(pause);
        }

        faults.At("switch.drain-answered");
        await MarkAsync(progress, entry with { Phase = SwitchPhase.Opening }, cancellation).ConfigureAwait(false);
        faults.At("switch.drained");
    }

    private async Task OpenAsync(SwitchProgress progress, CancellationToken cancellation)
    {
        var entry = progress.Entry;
        // While it is certain that no attempt has opened the other side, and only then, an abort needs no confirmation from it.
        var certainlyClosed = !progress.Resumed;
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            try
            {
                await sides.OpenAsync(entry.Module, entry.To, entry.NewEpoch, entry.Keys, entry.TargetStage != Stage.Legacy, cancellation).ConfigureAwait(false);
                break;
            }
            catch (SideException error)
            {
                certainlyClosed &= error.Failure != SideFailure.Unknown;
                var giveUp = error.Failure == SideFailure.Refused || time.GetElapsedTime(started) > Limits.OpenLimit;
                // A follower at a higher epoch refuses an opening that is still on its way, or that comes a second time; an owner refuses to follow.
                // A side that answers is asked even where its answer was a refusal: what it refuses now it might accept when the network repeats it.
                var answers = error.Failure != SideFailure.NotSent;
                if (giveUp && ((answers && await FollowsAsync(entry.Module, entry.To, entry.NewEpoch + 1, cancellation).ConfigureAwait(false)) || certainlyClosed))
                {
                    await AbortAsync(progress, entry.NewEpoch + 1, error.Message, cancellation).ConfigureAwait(false);
                    return;
                }

                await RetryAsync(progress, error, pause, cancellation).ConfigureAwait(false);
            }
        }

        faults.At("switch.opened");
        await PublishAsync(progress, entry with { Phase = SwitchPhase.Following, Error = null }, entry.To, entry.TargetStage, entry.TargetPercent, cancellation).ConfigureAwait(false);
    }

    private async Task PublishAsync(SwitchProgress progress, SwitchEntry entry, Side owner, Stage stage, int percent, CancellationToken cancellation)
    {
        var published = progress.State with
        {
            Owner = owner, Epoch = entry.NewEpoch, Stage = stage, CanaryPercent = percent, Switching = false, Version = progress.State.Version + 1,
        };
        var audit = entry.Outcome == SwitchOutcome.Aborted ? progress.Audit with { Action = "switch-aborted", To = progress.Audit.From, Detail = entry.Error } : progress.Audit;
        await store.WriteSwitchAsync(entry, published, audit with { At = time.GetUtcNow() }, cancellation).ConfigureAwait(false);
        faults.At("switch.published");
        states.Publish(published);
        (progress.Entry, progress.State) = (entry, published);
        if (progress.Begun is { } begun) progress.Pause = time.GetElapsedTime(begun);
    }

    private async Task FollowAsync(SwitchProgress progress, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            try
            {
                await sides.FollowAsync(progress.Entry.Module, progress.Entry.From, progress.Entry.NewEpoch, reset: false, cancellation).ConfigureAwait(false);
                break;
            }
            catch (SideException error)
            {
                // It refuses when it is retired or follows already; that it no longer owns anything is all that is needed here.
                if (error.Failure == SideFailure.Refused && await sides.TryStatusAsync(progress.Entry.Module, progress.Entry.From, cancellation).ConfigureAwait(false) is { IsOwner: false, State: not "fenced" }) break;
                // Writes go on already; whoever asked for the switch need not wait for this.
                if (time.GetElapsedTime(started) > Limits.OpenLimit) throw new SwitchUnfinishedException($"The switch of '{progress.Entry.Module}' is published; the old owner is still to be told: {error.Message}", error);
                await RetryAsync(progress, error, pause, cancellation).ConfigureAwait(false);
            }
        }

        faults.At("switch.followed");
        await MarkAsync(progress, progress.Entry with { Outcome = SwitchOutcome.Done, Error = null }, cancellation).ConfigureAwait(false);
    }

    // Where both sides share the data, or there is none, nothing has to be fenced: once the writes under way are through, the other side goes on.
    private async Task QuiesceAsync(SwitchProgress progress, CancellationToken cancellation)
    {
        var entry = progress.Entry;
        if (await writes.DrainedAsync(entry.Module, Limits.DrainLimit, cancellation).ConfigureAwait(false))
        {
            await PublishAsync(progress, entry with { Outcome = SwitchOutcome.Done }, entry.To, entry.TargetStage, entry.TargetPercent, cancellation).ConfigureAwait(false);
            return;
        }

        var error = $"writes to the {Name(entry.From)} side were still under way after {Limits.DrainLimit.TotalSeconds:0.#} s";
        await PublishAsync(progress, entry with { Outcome = SwitchOutcome.Aborted, Error = error, NewEpoch = entry.OldEpoch }, entry.From, progress.State.Stage, progress.State.CanaryPercent, cancellation).ConfigureAwait(false);
    }
}
