using Strangler.Plan;
using Strangler.Stages.Sides;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;

namespace Strangler.Stages;

/// <summary>One step: what is judged, what the sides are told, and what is saved.</summary>
internal sealed partial class StageMachine
{
    private async Task<StepOutcome> StepAsync(StoredState stored, PlannedModule planned, Stage next, AdvanceRequest request, ModuleLease lease, bool waits, CancellationToken cancellation)
    {
        var state = stored.State;
        var percent = next == Stage.Canary ? request.Percent ?? FirstCanary : next > Stage.Canary ? 100 : 0;
        // A smaller canary is a step back, and a step back needs no gate.
        var conditions = next == Stage.Canary && state.Stage == Stage.Canary && percent <= state.CanaryPercent
            ? []
            : await MeasureAsync(stored, planned, next, waits, cancellation).ConfigureAwait(false);
        if (conditions.Any(c => !c.Met && (c.Invariant || !request.Force)))
        {
            StepRefused(planned.Name, state.Stage, next, conditions.Count(c => !c.Met));
            return Refused(state, state.Stage, conditions);
        }

        var skipped = conditions.Where(c => !c.Met).Select(c => c.Sentence).ToArray();
        var kept = new StepEvidence(
            Describe(state), Describe(next, percent), request.By, skipped.Length > 0, request.Reason, conditions, [.. planned.Endpoints.Select(e => evidence.Of(e.Id))], judge.Judge(planned, state));
        await store.KeepEvidenceAsync(kept.Record(time.GetUtcNow(), planned.Name, plan().Version), cancellation).ConfigureAwait(false);
        var audit = Audit(planned.Name, "advance", Describe(state), Describe(next, percent), skipped.Length > 0, request.Reason, skipped.Length > 0 ? string.Join(" ", skipped) : null);
        double? pause = null;
        if (next == Stage.Extracted)
        {
            var unmet = await preflight.CheckAsync(state, planned, cancellation).ConfigureAwait(false);
            if (unmet.Any(c => !c.Met)) return Refused(state, state.Stage, unmet);
            var result = await SwitchAsync(state, planned, next, percent, audit, lease).ConfigureAwait(false);
            (state, pause) = (result.State, result.Pause?.TotalMilliseconds);
        }
        else
        {
            lease.ThrowIfLost();
            // Not the caller's token: a client that hangs up must not leave a module half retired.
            var epoch = await PrepareAsync(state, planned, next, lease.Lost).ConfigureAwait(false);
            state = await SaveAsync(state with { Stage = next, CanaryPercent = percent, Epoch = epoch }, audit, CancellationToken.None).ConfigureAwait(false);
        }

        Moved(planned.Name, stored.State.Stage, state.Stage, state.CanaryPercent, state.Epoch, skipped.Length > 0);
        return new StepOutcome(planned.Name, stored.State.Stage, state.Stage, state.CanaryPercent, state.Epoch, pause, conditions, false, []);
    }

    // What the sides must do before the new stage is published, and the epoch that holds then. Repeating it after a crash does no harm.
    private async Task<long> PrepareAsync(ModuleState state, PlannedModule planned, Stage next, CancellationToken cancellation)
    {
        var module = planned.Name;
        if (next == Stage.Shadow || next == Stage.Syncing) evidence.Reset(planned.Endpoints.Select(e => e.Id));
        if (planned.Data != DataMode.Synced) return state.Epoch;
        if (next == Stage.Syncing)
        {
            var legacy = await sides.StatusAsync(module, Side.Legacy, cancellation).ConfigureAwait(false);
            var service = await sides.StatusAsync(module, Side.Service, cancellation).ConfigureAwait(false);
            // Where the two have flowed before, they flow anew at an epoch that neither has seen: what a coordinator said then cannot stop it or make it forget, however late it arrives.
            var epoch = service.Epoch == 0 && legacy.Epoch == 1 ? 1 : Math.Max(service.Epoch, legacy.Epoch) + 1;
            await sides.FollowAnewAsync(module, Side.Service, service.Epoch, epoch, cancellation).ConfigureAwait(false);
            await sides.CaptureAsync(module, Side.Legacy, enabled: true, legacy.Epoch, epoch, cancellation).ConfigureAwait(false);
            await sides.BackfillAsync(module, Side.Legacy, restart: true, cancellation).ConfigureAwait(false);
            return epoch;
        }

        if (next == Stage.Retired)
        {
            await sides.RetireAsync(module, Side.Legacy, state.Epoch, owner: false, cancellation).ConfigureAwait(false);
            await sides.RetireAsync(module, Side.Service, state.Epoch, owner: true, cancellation).ConfigureAwait(false);
        }

        return state.Epoch;
    }

    private async Task<IReadOnlyList<string>> AfterRollbackAsync(PlannedModule planned, ModuleState state, CancellationToken cancellation)
    {
        if (planned.Data != DataMode.Synced) return [];
        try
        {
            await sides.DetachAsync(planned.Name, Side.Legacy, detached: false, cancellation).ConfigureAwait(false);
            if (state.Stage == Stage.Legacy) await sides.CaptureAsync(planned.Name, Side.Legacy, enabled: false, state.Epoch, state.Epoch, cancellation).ConfigureAwait(false);
            return [];
        }
        catch (SideException error)
        {
            // The rollback itself is done; the background tidies up when the side answers.
            return [error.Message];
        }
    }

    private async Task<SwitchResult> SwitchAsync(ModuleState state, PlannedModule planned, Stage target, int percent, AuditEntry audit, ModuleLease lease)
    {
        // Not the caller's token: a client that hangs up must not leave writes held until somebody resumes.
        var result = await ownership.RunAsync(state, planned.Data == DataMode.Synced, target, percent, audit, lease, CancellationToken.None).ConfigureAwait(false);
        return result.Outcome == SwitchOutcome.Done ? result : throw new SwitchAbortedException(planned.Name, result.Error);
    }

    private async Task<ModuleState> SaveAsync(ModuleState changed, AuditEntry audit, CancellationToken cancellation)
    {
        var next = changed with { Version = changed.Version + 1 };
        await store.SaveAsync(next, audit, cancellation).ConfigureAwait(false);
        states.Publish(next);
        return next;
    }
}
