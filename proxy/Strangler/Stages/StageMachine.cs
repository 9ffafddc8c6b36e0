using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Strangler.Evidence;
using Strangler.Plan;
using Strangler.Stages.Gates;
using Strangler.Stages.Sides;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;

namespace Strangler.Stages;

/// <summary>
/// Moves modules through the stages. One operation on a module at a time, over all proxies of a store: each holds the module's lease.
/// A step: measure the conditions, do what the sides must do (each call may be repeated), save and publish.
/// </summary>
internal sealed partial class StageMachine(
    IStageStore store,
    ModuleStates states,
    SideClient sides,
    GateKeeper gates,
    OwnershipSwitch ownership,
    OwnerTakeover takeover,
    SwitchPreflight preflight,
    EvidenceLedger evidence,
    Func<PlanSnapshot> plan,
    IOptions<StageOptions> options,
    TimeProvider time,
    ILogger<StageMachine> log)
{
    private const int FirstCanary = 10;

    /// <summary>One stage forward, or step by step to a later one; at <see cref="Stage.Canary"/>, another share.</summary>
    public async Task<StepOutcome> AdvanceAsync(string module, AdvanceRequest request, CancellationToken cancellation)
    {
        var planned = Planned(module);
        CheckAdvance(request);
        await using var lease = await LeaseAsync(module, cancellation).ConfigureAwait(false);
        var stored = await ReadyAsync(planned, lease, cancellation).ConfigureAwait(false);
        var from = stored.State.Stage;
        if (from == Stage.Retired) throw new StageRequestException($"'{module}' is retired: there is no further stage.");
        var target = request.To ?? (request.Percent is not null && from == Stage.Canary ? Stage.Canary : from + 1);
        if (target < from) throw new StageRequestException($"'{module}' is at {from}, which is later than {target}. Use 'strangler rollback {module} --to {target}'.");
        if (request.Percent is not null && target < Stage.Canary) throw new StageRequestException($"A percentage belongs to Canary, not to {target}. Use --to Canary.");
        if (request.Percent is not null && from == Stage.Canary && target == Stage.Canary && request.Percent != stored.State.CanaryPercent)
            return await StepAsync(stored, planned, target, request, lease, waits: false, cancellation).ConfigureAwait(false);

        var last = new StepOutcome(module, from, from, stored.State.CanaryPercent, stored.State.Epoch, null, [], false, []);
        while (stored.State.Stage < target)
        {
            var next = stored.State.Stage + 1;
            if (next == Stage.Extracted && stored.State.CanaryPercent < 100 && request.To > Stage.Canary && from < Stage.Canary)
            {
                // On the way through, the canary is raised to everyone as a step of its own.
                last = await StepAsync(stored, planned, Stage.Canary, request with { Percent = 100 }, lease, waits: true, cancellation).ConfigureAwait(false);
                if (last.Refused) break;
                stored = await StoredAsync(module, cancellation).ConfigureAwait(false);
            }

            var step = await StepAsync(stored, planned, next, request, lease, waits: target > from + 1, cancellation).ConfigureAwait(false);
            last = step with { PauseMilliseconds = step.PauseMilliseconds ?? last.PauseMilliseconds };
            if (last.Refused) break;
            stored = await StoredAsync(module, cancellation).ConfigureAwait(false);
        }

        return last with { From = from };
    }

    /// <summary>Back to an earlier stage, by default the one before. Needs no gate; nothing acknowledged is lost, as ownership moves by a switch.</summary>
    public async Task<StepOutcome> RollbackAsync(string module, Stage? to, string? reason, CancellationToken cancellation)
    {
        var planned = Planned(module);
        await using var lease = await LeaseAsync(module, cancellation).ConfigureAwait(false);
        var state = (await ReadyAsync(planned, lease, cancellation).ConfigureAwait(false)).State;
        var from = state.Stage;
        if (from == Stage.Legacy) throw new StageRequestException($"'{module}' is at Legacy: there is no earlier stage.");
        var target = to ?? from - 1;
        if (target >= from) throw new StageRequestException($"'{module}' is at {from}; {target} is not earlier. Use 'strangler advance {module} --to {target}'.");
        if (from == Stage.Retired)
            return Refused(state, from, [new Condition("not retired", "a stage before Retired", "Retired", false, "A retired module has no legacy to go back to.", Invariant: true)]);

        var percent = target == Stage.Canary ? 100 : 0;
        var audit = Audit(module, "rollback", Describe(state), Describe(target, percent), false, reason, null);
        double? pause = null;
        if (state.Owner == Side.Service && target < Stage.Extracted)
        {
            var unmet = await preflight.CheckAsync(state, planned, cancellation).ConfigureAwait(false);
            if (unmet.Any(c => !c.Met)) return Refused(state, from, unmet);
            var result = await SwitchAsync(state, planned, target, percent, audit, lease).ConfigureAwait(false);
            (state, pause) = (result.State, result.Pause?.TotalMilliseconds);
        }
        else
        {
            state = await SaveAsync(state with { Stage = target, CanaryPercent = percent }, audit, cancellation).ConfigureAwait(false);
        }

        var warnings = await AfterRollbackAsync(planned, state, cancellation).ConfigureAwait(false);
        Moved(module, from, state.Stage, state.CanaryPercent, state.Epoch, false);
        return new StepOutcome(module, from, state.Stage, state.CanaryPercent, state.Epoch, pause, [], false, warnings);
    }

    /// <summary>Keeps an endpoint at an earlier stage than its module, or lets it go again.</summary>
    public async Task<ModuleState> HoldAsync(string module, string endpoint, Stage? at, CancellationToken cancellation)
    {
        var planned = Planned(module);
        var found = planned.Endpoints.FirstOrDefault(e => e.Id == endpoint)
            ?? throw new StageRequestException($"'{module}' has no endpoint '{endpoint}'. It has: {string.Join(", ", planned.Endpoints.Select(e => e.Id))}.");
        if (found.Writes) throw new StageRequestException($"'{endpoint}' writes, and writes go to the module's owner whatever its stage: only reading endpoints can be held.");
        if (at is >= Stage.Extracted) throw new StageRequestException($"An endpoint is held at Legacy, Syncing, Shadow or Canary, not at {at}.");
        await using var lease = await LeaseAsync(module, cancellation).ConfigureAwait(false);
        var state = (await ReadyAsync(planned, lease, cancellation).ConfigureAwait(false)).State;
        if (state.Stage == Stage.Retired && at is not null) throw new StageRequestException($"'{module}' is retired: the legacy cannot answer '{endpoint}' any more.");
        var held = state.HeldEndpoints.ToDictionary();
        var before = held.TryGetValue(endpoint, out var earlier) ? earlier.ToString() : "free";
        if (at is null) held.Remove(endpoint);
        else held[endpoint] = at.Value;
        return await SaveAsync(state with { HeldEndpoints = held }, Audit(module, "hold", $"{endpoint} {before}", $"{endpoint} {at?.ToString() ?? "free"}", false, null, null), cancellation).ConfigureAwait(false);
    }

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
        await store.KeepEvidenceAsync(new EvidenceRecord(time.GetUtcNow(), planned.Name, $"{state.Stage} -> {next}", plan().Version, JsonSerializer.Serialize(conditions)), cancellation).ConfigureAwait(false);
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
            await PrepareAsync(state, planned, next, cancellation).ConfigureAwait(false);
            state = await SaveAsync(state with { Stage = next, CanaryPercent = percent }, audit, cancellation).ConfigureAwait(false);
        }

        Moved(planned.Name, stored.State.Stage, state.Stage, state.CanaryPercent, state.Epoch, skipped.Length > 0);
        return new StepOutcome(planned.Name, stored.State.Stage, state.Stage, state.CanaryPercent, state.Epoch, pause, conditions, false, []);
    }

    // What the sides must do before the new stage is published. Repeating it after a crash does no harm.
    private async Task PrepareAsync(ModuleState state, PlannedModule planned, Stage next, CancellationToken cancellation)
    {
        var module = planned.Name;
        if (next == Stage.Shadow || next == Stage.Syncing) evidence.Reset(planned.Endpoints.Select(e => e.Id));
        if (planned.Data != DataMode.Synced) return;
        if (next == Stage.Syncing)
        {
            await sides.FollowAsync(module, Side.Service, state.Epoch, reset: true, cancellation).ConfigureAwait(false);
            await sides.CaptureAsync(module, Side.Legacy, enabled: true, cancellation).ConfigureAwait(false);
            await sides.BackfillAsync(module, Side.Legacy, restart: true, cancellation).ConfigureAwait(false);
        }
        else if (next == Stage.Retired)
        {
            await sides.RetireAsync(module, Side.Legacy, state.Epoch, owner: false, cancellation).ConfigureAwait(false);
            await sides.RetireAsync(module, Side.Service, state.Epoch, owner: true, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<string>> AfterRollbackAsync(PlannedModule planned, ModuleState state, CancellationToken cancellation)
    {
        if (planned.Data != DataMode.Synced) return [];
        try
        {
            await sides.DetachAsync(planned.Name, Side.Legacy, detached: false, cancellation).ConfigureAwait(false);
            if (state.Stage == Stage.Legacy) await sides.CaptureAsync(planned.Name, Side.Legacy, enabled: false, cancellation).ConfigureAwait(false);
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

    /// <summary>The module's state after an unfinished switch has been ended and the sides have been heard.</summary>
    private async Task<StoredState> ReadyAsync(PlannedModule planned, ModuleLease lease, CancellationToken cancellation)
    {
        var open = await store.OpenSwitchAsync(planned.Name, cancellation).ConfigureAwait(false);
        if (open is not null) await ownership.ResumeAsync(open, Resumed(open), lease, cancellation).ConfigureAwait(false);
        var stored = await StoredAsync(planned.Name, cancellation).ConfigureAwait(false);
        states.Publish(stored.State);
        return await takeover.CheckAsync(stored, planned, cancellation).ConfigureAwait(false) ? await StoredAsync(planned.Name, cancellation).ConfigureAwait(false) : stored;
    }

    /// <summary>Ends an unfinished switch, if this proxy may.</summary>
    public async Task ResumeAsync(string module, CancellationToken cancellation)
    {
        var lease = await ModuleLease.TakeAsync(store, module, options.Value.LeaseDuration, time, cancellation).ConfigureAwait(false);
        if (lease is null) return;
        await using (lease.ConfigureAwait(false))
        {
            var open = await store.OpenSwitchAsync(module, cancellation).ConfigureAwait(false);
            if (open is not null) await ownership.ResumeAsync(open, Resumed(open), lease, cancellation).ConfigureAwait(false);
        }
    }

    private AuditEntry Resumed(SwitchEntry open) => Audit(
        open.Module, open.To == Side.Service ? "advance" : "rollback", open.From == Side.Legacy ? "Canary" : "Extracted", Describe(open.TargetStage, open.TargetPercent), false, "resumed after an interruption", open.Error);

    private async Task<ModuleLease> LeaseAsync(string module, CancellationToken cancellation) =>
        await ModuleLease.TakeAsync(store, module, options.Value.LeaseDuration, time, cancellation).ConfigureAwait(false) ?? throw new ModuleBusyException(module);

    private async Task<StoredState> StoredAsync(string module, CancellationToken cancellation) =>
        await store.StateAsync(module, cancellation).ConfigureAwait(false) ?? new StoredState(ModuleState.Initial(module), time.GetUtcNow());

    private PlannedModule Planned(string module) =>
        plan().Modules.TryGetValue(module, out var planned) ? planned : throw new UnknownModuleException(module, plan().Modules.Keys);

    private static void CheckAdvance(AdvanceRequest request)
    {
        if (request.Percent is < 1 or > 100) throw new StageRequestException($"The percentage is {request.Percent}; it must be from 1 to 100.");
        if (request.Force && string.IsNullOrWhiteSpace(request.Reason)) throw new StageRequestException("To skip a gate, say why: --force --reason TEXT. It is kept in the audit log.");
    }

    private static StepOutcome Refused(ModuleState state, Stage from, IReadOnlyList<Condition> conditions) =>
        new(state.Module, from, state.Stage, state.CanaryPercent, state.Epoch, null, [.. conditions.Select(c => c with { Mend = c.Mend.Replace("MODULE", state.Module, StringComparison.Ordinal) })], true, []);

    private AuditEntry Audit(string module, string action, string from, string to, bool forced, string? reason, string? detail) =>
        new(time.GetUtcNow(), module, action, from, to, forced, reason, plan().Version, detail);

    private static string Describe(ModuleState state) => Describe(state.Stage, state.CanaryPercent);

    private static string Describe(Stage stage, int percent) => stage == Stage.Canary ? $"Canary {percent}%" : stage.ToString();

    [LoggerMessage(2000, LogLevel.Information, "Module {Module}: {From} -> {To} ({Percent}%), epoch {Epoch}, forced {Forced}.")]
    private partial void Moved(string module, Stage from, Stage to, int percent, long epoch, bool forced);

    [LoggerMessage(2001, LogLevel.Information, "Module {Module}: {From} -> {To} refused, {Count} conditions unmet.")]
    private partial void StepRefused(string module, Stage from, Stage to, int count);
}
