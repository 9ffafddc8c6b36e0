using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Strangler.Evidence;
using Strangler.Plan;
using Strangler.Stages.Gates;
using Strangler.Stages.Judging;
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
    CanaryJudge judge,
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
            // What has been done has been done, whether or not the caller is still there to hear of it.
            stored = await StoredAsync(module, CancellationToken.None).ConfigureAwait(false);
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
            state = await SaveAsync(state with { Stage = target, CanaryPercent = percent }, audit, CancellationToken.None).ConfigureAwait(false);
        }

        if (state.Stage <= Stage.Shadow) evidence.Restart(planned.Endpoints.Select(e => e.Id));
        lease.ThrowIfLost();
        var warnings = await AfterRollbackAsync(planned, state, lease.Lost).ConfigureAwait(false);
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
