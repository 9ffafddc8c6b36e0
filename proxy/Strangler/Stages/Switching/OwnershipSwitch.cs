using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Strangler.Forwarding;
using Strangler.Stages.Sides;
using Strangler.Stages.Store;

namespace Strangler.Stages.Switching;

/// <summary>
/// Moves a module's ownership from one side to the other. Each step is written to the journal before it is done, and each can be repeated,
/// so that after a crash at any line another coordinator goes on from the journal:
/// <code>
///   hold      publish Switching: the proxies hold writes            -> Fencing
///   fence     the old owner refuses writes, says its last position  -> Draining  | Reopening when it fails
///   drain     the other side has applied everything up to there     -> Opening   | Reopening when it exceeds its limit
///   open      the other side is owner at the next epoch             -> Following | Reopening only when it has certainly not opened
///   publish   state and journal in one transaction; writes go on
///   follow    the old owner receives the new one's changes          -> done
///   reopen    the old owner is owner again at an epoch never used   -> aborted
/// </code>
/// At most one side is ever told to be owner of an epoch, and the next one is told only after the last has confirmed that it is not.
/// </summary>
internal sealed partial class OwnershipSwitch(
    IStageStore store,
    ModuleStates states,
    SideClient sides,
    WritesUnderWay writes,
    StageTelemetry telemetry,
    IFaultPoints faults,
    IOptions<StageOptions> options,
    TimeProvider time,
    ILogger<OwnershipSwitch> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    private StageOptions Limits => options.Value;

    /// <summary>Begins a switch and drives it to its end.</summary>
    /// <exception cref="SwitchUnfinishedException">It has to go on in the background.</exception>
    public async Task<SwitchResult> RunAsync(
        ModuleState state, bool synced, Stage targetStage, int targetPercent, AuditEntry audit, ModuleLease lease, CancellationToken cancellation)
    {
        var to = state.Owner == Side.Legacy ? Side.Service : Side.Legacy;
        var entry = new SwitchEntry(
            0, state.Module, state.Owner, to, state.Epoch, state.Epoch + 1, synced ? SwitchPhase.Fencing : SwitchPhase.Quiescing, 0,
            new Dictionary<string, long>(), targetStage, targetPercent, lease.Token, time.GetUtcNow(), null, null);
        var held = state with { Switching = true, Version = state.Version + 1 };
        entry = await store.BeginSwitchAsync(entry, held, cancellation).ConfigureAwait(false);
        var begun = time.GetTimestamp();
        states.Publish(held);
        faults.At("switch.held");
        SwitchBegun(entry.Module, entry.From, entry.To, entry.NewEpoch);
        return await DriveAsync(new Progress(entry, held, audit, Resumed: false) { Begun = begun }, lease, cancellation).ConfigureAwait(false);
    }

    /// <summary>Goes on with a switch that another coordinator, or this one before a crash, has begun.</summary>
    public async Task<SwitchResult> ResumeAsync(SwitchEntry open, AuditEntry audit, ModuleLease lease, CancellationToken cancellation)
    {
        var entry = await store.TakeOverSwitchAsync(open, lease.Token, cancellation).ConfigureAwait(false);
        var stored = await store.StateAsync(entry.Module, cancellation).ConfigureAwait(false)
            ?? throw new StateConflictException($"The journal has a switch of '{entry.Module}', of which there is no state.");
        states.Publish(stored.State);
        SwitchResumed(entry.Module, entry.Phase, entry.NewEpoch);
        return await DriveAsync(new Progress(entry, stored.State, audit, Resumed: true), lease, cancellation).ConfigureAwait(false);
    }

    private async Task<SwitchResult> DriveAsync(Progress progress, ModuleLease lease, CancellationToken cancellation)
    {
        using var activity = StranglerTelemetry.Source.StartActivity("ownership switch");
        activity?.SetTag("strangler.module", progress.Entry.Module);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lease.Lost);
        progress.Driven = time.GetTimestamp();
        while (progress.Entry.Outcome is null)
        {
            stop.Token.ThrowIfCancellationRequested();
            await (progress.Entry.Phase switch
            {
                SwitchPhase.Quiescing => QuiesceAsync(progress, stop.Token),
                SwitchPhase.Fencing => FenceAsync(progress, stop.Token),
                SwitchPhase.Draining => DrainAsync(progress, stop.Token),
                SwitchPhase.Opening => OpenAsync(progress, stop.Token),
                SwitchPhase.Following => FollowAsync(progress, stop.Token),
                SwitchPhase.Reopening => ReopenAsync(progress, stop.Token),
                _ => throw new UnreachableException(),
            }).ConfigureAwait(false);
        }

        var result = new SwitchResult(progress.Entry.Outcome.Value, progress.State, progress.Pause, progress.Entry.Error);
        SwitchEnded(progress.Entry.Module, result.Outcome, progress.State.Owner, progress.State.Epoch, progress.Pause?.TotalMilliseconds ?? 0, result.Error);
        if (result.Pause is { } pause) telemetry.Paused(progress.Entry.Module, pause);
        return result;
    }

    private async Task QuiesceAsync(Progress progress, CancellationToken cancellation)
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

    private async Task FenceAsync(Progress progress, CancellationToken cancellation)
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
            if (error.Failure == SideFailure.Refused && await LookAsync(entry.Module, entry.To, cancellation).ConfigureAwait(false) is { IsOwner: true } owner)
            {
                var adopted = entry with { Outcome = SwitchOutcome.Aborted, NewEpoch = owner.Epoch, Error = $"the {Name(entry.To)} side is owner already, at epoch {owner.Epoch}" };
                var stage = entry.To == Side.Service ? Stage.Extracted : Stage.Syncing;
                await PublishAsync(progress, adopted, entry.To, stage, 0, cancellation).ConfigureAwait(false);
                return;
            }

            await AbortAsync(progress, entry.NewEpoch, error.Message, cancellation).ConfigureAwait(false);
        }
    }

    private async Task DrainAsync(Progress progress, CancellationToken cancellation)
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

    private async Task OpenAsync(Progress progress, CancellationToken cancellation)
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
                // A follower at a higher epoch refuses an opening that is still on its way; an owner refuses to follow.
                if (giveUp && (certainlyClosed || await FollowsAsync(entry.Module, entry.To, entry.NewEpoch + 1, cancellation).ConfigureAwait(false)))
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

    private async Task FollowAsync(Progress progress, CancellationToken cancellation)
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
                if (error.Failure == SideFailure.Refused && await LookAsync(progress.Entry.Module, progress.Entry.From, cancellation).ConfigureAwait(false) is { IsOwner: false, State: not "fenced" }) break;
                // Writes go on already; whoever asked for the switch need not wait for this.
                if (time.GetElapsedTime(started) > Limits.OpenLimit) throw new SwitchUnfinishedException($"The switch of '{progress.Entry.Module}' is published; the old owner is still to be told: {error.Message}", error);
                await RetryAsync(progress, error, pause, cancellation).ConfigureAwait(false);
            }
        }

        faults.At("switch.followed");
        await MarkAsync(progress, progress.Entry with { Outcome = SwitchOutcome.Done, Error = null }, cancellation).ConfigureAwait(false);
    }

    private async Task ReopenAsync(Progress progress, CancellationToken cancellation)
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
                var seen = error.Failure == SideFailure.Refused ? await LookAsync(entry.Module, entry.From, cancellation).ConfigureAwait(false) : null;
                if (seen is { IsOwner: true } && !await FencesAsync(entry, seen.Epoch, cancellation).ConfigureAwait(false))
                {
                    // The fence never took: it has been owner all along, and stays so at the epoch that it has.
                    await MarkAsync(progress, entry with { NewEpoch = seen.Epoch }, cancellation).ConfigureAwait(false);
                    break;
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

    private async Task PublishAsync(Progress progress, SwitchEntry entry, Side owner, Stage stage, int percent, CancellationToken cancellation)
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

    private async Task AbortAsync(Progress progress, long reopenEpoch, string error, CancellationToken cancellation)
    {
        SwitchAborting(progress.Entry.Module, progress.Entry.Phase, error);
        await MarkAsync(progress, progress.Entry with { Phase = SwitchPhase.Reopening, NewEpoch = reopenEpoch, Error = error }, cancellation).ConfigureAwait(false);
        faults.At("switch.aborting");
    }

    private async Task MarkAsync(Progress progress, SwitchEntry entry, CancellationToken cancellation)
    {
        await store.WriteSwitchAsync(entry, null, null, cancellation).ConfigureAwait(false);
        progress.Entry = entry;
    }

    private async Task RetryAsync(Progress progress, SideException error, TimeSpan pause, CancellationToken cancellation)
    {
        if (progress.Reported != error.Message) SwitchRetries(progress.Entry.Module, progress.Entry.Phase, error.Message);
        progress.Reported = error.Message;
        if (time.GetElapsedTime(progress.Driven) > Limits.AnswerLimit)
            throw new SwitchUnfinishedException($"The switch of '{progress.Entry.Module}' waits at {progress.Entry.Phase}: {error.Message}. The proxy goes on trying.", error);
        await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
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
    private async Task<bool> FencesAsync(SwitchEntry entry, long epoch, CancellationToken cancellation)
    {
        try
        {
            await sides.FenceAsync(entry.Module, entry.From, epoch, Limits.FenceLimit, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (SideException)
        {
            // It neither fences nor opens, and it is owner: nothing is better than to leave it so.
            return false;
        }
    }

    private async Task<SideStatus?> LookAsync(string module, Side side, CancellationToken cancellation)
    {
        try
        {
            return await sides.StatusAsync(module, side, cancellation).ConfigureAwait(false);
        }
        catch (SideException)
        {
            // Not known: the caller keeps to what the journal says.
            return null;
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause < TimeSpan.FromSeconds(1) ? pause * 2 : pause;

    private static string Name(Side side) => side.ToString().ToLowerInvariant();

    private sealed class Progress(SwitchEntry entry, ModuleState state, AuditEntry audit, bool Resumed)
    {
        public SwitchEntry Entry { get; set; } = entry;

        public ModuleState State { get; set; } = state;

        public AuditEntry Audit { get; } = audit;

        public bool Resumed { get; } = Resumed;

        public long? Begun { get; init; }

        public long Driven { get; set; }

        public TimeSpan? Pause { get; set; }

        public string? Reported { get; set; }
    }
}
