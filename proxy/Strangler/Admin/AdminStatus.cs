using Strangler.Evidence;
using Strangler.Mirroring;
using Strangler.Mirroring.DryRuns;
using Strangler.Plan;
using Strangler.Stages;
using Strangler.Stages.Background;
using Strangler.Stages.Gates;
using Strangler.Stages.Judging;
using Strangler.Stages.Sides;
using Strangler.Stages.Store;

namespace Strangler.Admin;

/// <summary>Puts together what <c>status</c> says.</summary>
internal sealed class AdminStatus(
    IStageStore store, ModuleStates states, Func<PlanSnapshot> plan, SideWatch watch, GateKeeper gates, EvidenceLedger evidence, NoiseBook noise, LeftOutBook leftOut, DryRunNotes dryRuns, CanaryJudge judge, TimeProvider time)
{
    /// <summary>The status of one module, or of all.</summary>
    public async Task<StatusDocument> OfAsync(string? module, CancellationToken cancellation)
    {
        var current = plan();
        if (module is not null && !current.Modules.ContainsKey(module)) throw new UnknownModuleException(module, current.Modules.Keys);
        var modules = current.Modules.Values.Where(m => module is null || m.Name == module);
        return new StatusDocument(await Task.WhenAll(modules.Select(m => OfAsync(m, cancellation))).ConfigureAwait(false), current.Version);
    }

    private async Task<ModuleDocument> OfAsync(PlannedModule module, CancellationToken cancellation)
    {
        // Asked now: a script that has just written must see its own backlog.
        var readings = await watch.ReadAsync(module, cancellation).ConfigureAwait(false);
        var stored = await store.StateAsync(module.Name, cancellation).ConfigureAwait(false) ?? new StoredState(states.Of(module.Name), time.GetUtcNow());
        var open = await store.OpenSwitchAsync(module.Name, cancellation).ConfigureAwait(false);
        var state = stored.State;
        var next = Next(state);
        var judged = next == Stage.Canary ? await JudgedAction.LastAsync(store, module.Name, cancellation).ConfigureAwait(false) : null;
        var conditions = next is null ? [] : gates.Of(stored, module, readings, next.Value, judged)
            .Select(c => c with { Mend = c.Mend.Replace("MODULE", module.Name, StringComparison.Ordinal) }).ToArray();
        var endpoints = module.Endpoints.Select(e => OfEndpoint(e, state)).ToArray();
        var owner = readings.Of(state.Owner);
        // A side that does not answer must not look like one that has nothing under way.
        var nothing = module.Data == DataMode.Synced ? (int?)null : 0;
        return new ModuleDocument(
            module.Name, state.Stage, state.CanaryPercent, state.Owner.ToString().ToLowerInvariant(), state.Epoch, module.Data.ToString().ToLowerInvariant(),
            state.Switching, open is null ? null : new SwitchDocument(open.Phase.ToString(), open.To.ToString().ToLowerInvariant(), open.NewEpoch, open.StartedAt, open.Error), stored.StageSince,
            new SyncDocument(owner?.Pending ?? nothing, owner?.Parked ?? nothing, owner?.LagSeconds ?? nothing, readings.Legacy?.Backfill, Latest(readings.Legacy?.Reconcile, readings.Service?.Reconcile), readings.Legacy?.Detached ?? false,
                readings.Legacy?.ForeignReads, readings.Legacy?.State, readings.Service?.State),
            new HealthDocument(readings.LegacyIll?.Seen ?? "healthy", readings.ServiceIll?.Seen ?? "healthy"), next,
            endpoints, endpoints.Sum(e => e.Fallbacks), conditions, [.. conditions.Where(c => !c.Met).Select(c => c.Sentence)],
            judge.Judge(module, state), judged is null ? null : new JudgedDocument(judged.At, judged.Reason ?? ""));
    }

    private static ReconcileStatus? Latest(ReconcileStatus? left, ReconcileStatus? right) =>
        right?.StartedAt > (left?.StartedAt ?? DateTimeOffset.MinValue) ? right : left;

    // At a partial canary the next step is everyone; what is measured is what Extracted needs, which names the percentage too.
    private static Stage? Next(ModuleState state) => state.Stage == Stage.Retired ? null : state.Stage + 1;

    private EndpointDocument OfEndpoint(PlannedEndpoint endpoint, ModuleState state)
    {
        var seen = evidence.Of(endpoint.Id);
        return new EndpointDocument(
            endpoint.Id, $"{endpoint.Method} {endpoint.Template}", endpoint.Writes, state.StageOf(endpoint.Id), state.HeldEndpoints.ContainsKey(endpoint.Id),
            seen.Counts.ToDictionary(c => c.Key.ToString(), c => c.Value), seen.ServedByLegacy, seen.ServedByService, seen.Fallbacks, seen.OwnWriteReads, seen.Retries, seen.ServiceErrors, seen.LegacyErrors, seen.OwnWriteWaits, seen.ByStatus)
        {
            TakenIn = seen.TakenIn,
            Waiting = seen.Waiting,
            DryRuns = dryRuns.Of(endpoint.Id),
            Noise = [.. NoiseDocument.Of(endpoint.Id, noise, leftOut)],
        };
    }
}
