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
        return await DriveAsync(new SwitchProgress(entry, held, audit, resumed: false) { Begun = begun }, lease, cancellation).ConfigureAwait(false);
    }

    /// <summary>Goes on with a switch that another coordinator, or this one before a crash, has begun.</summary>
    public async Task<SwitchResult> ResumeAsync(SwitchEntry open, AuditEntry audit, ModuleLease lease, CancellationToken cancellation)
    {
        var entry = await store.TakeOverSwitchAsync(open, lease.Token, cancellation).ConfigureAwait(false);
        var stored = await store.StateAsync(entry.Module, cancellation).ConfigureAwait(false)
            ?? throw new StateConflictException($"The journal has a switch of '{entry.Module}', of which there is no state.");
        states.Publish(stored.State);
        SwitchResumed(entry.Module, entry.Phase, entry.NewEpoch);
        return await DriveAsync(new SwitchProgress(entry, stored.State, audit, resumed: true), lease, cancellation).ConfigureAwait(false);
    }

    private async Task<SwitchResult> DriveAsync(SwitchProgress progress, ModuleLease lease, CancellationToken cancellation)
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

    private async Task MarkAsync(SwitchProgress progress, SwitchEntry entry, CancellationToken cancellation)
    {
        await store.WriteSwitchAsync(entry, null, null, cancellation).ConfigureAwait(false);
        progress.Entry = entry;
    }

    private async Task RetryAsync(SwitchProgress progress, SideException error, TimeSpan pause, CancellationToken cancellation)
    {
        if (progress.Reported != error.Message) SwitchRetries(progress.Entry.Module, progress.Entry.Phase, error.Message);
        progress.Reported = error.Message;
        if (time.GetElapsedTime(progress.Driven) > Limits.AnswerLimit)
            throw new SwitchUnfinishedException($"The switch of '{progress.Entry.Module}' waits at {progress.Entry.Phase}: {error.Message}. The proxy goes on trying.", error);
        await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
    }

    private static TimeSpan Longer(TimeSpan pause) => pause < TimeSpan.FromSeconds(1) ? pause * 2 : pause;

    private static string Name(Side side) => side.ToString().ToLowerInvariant();
}
