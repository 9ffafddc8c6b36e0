using Strangler.Plan;
using Strangler.Stages;
using Strangler.Stages.Sides;
using Strangler.Stages.Store;

namespace Strangler.Admin;

/// <summary>Starts work on the sides: the first copy, the comparison of the data, detaching the legacy's other modules.</summary>
internal sealed class SideTasks(SideClient sides, IStageStore store, ModuleStates states, Func<PlanSnapshot> plan, TimeProvider time)
{
    public async Task<object> BackfillAsync(string module, bool restart, CancellationToken cancellation)
    {
        var state = Synced(module, "There is nothing to copy");
        if (state.Stage == Stage.Legacy) throw new StageRequestException($"'{module}' is at Legacy, where nothing flows. 'strangler advance {module}' starts the first copy.");
        if (state.Owner == Side.Service) throw new StageRequestException($"The service owns '{module}': the legacy has been kept up to date since the switch. Use 'strangler reconcile {module} --repair' if in doubt.");
        await sides.BackfillAsync(module, state.Owner, restart, cancellation).ConfigureAwait(false);
        await AuditAsync(module, "backfill", restart ? "restart" : "start", cancellation).ConfigureAwait(false);
        return new { module, backfill = (await sides.StatusAsync(module, state.Owner, cancellation).ConfigureAwait(false)).Backfill };
    }

    public async Task<object> ReconcileAsync(string module, bool repair, CancellationToken cancellation)
    {
        var state = Synced(module, "There is nothing to compare");
        if (state.Stage is Stage.Legacy or Stage.Retired) throw new StageRequestException($"'{module}' is at {state.Stage}, where nothing flows: there is nothing to compare.");
        await sides.ReconcileAsync(module, state.Owner, repair, cancellation).ConfigureAwait(false);
        await AuditAsync(module, "reconcile", repair ? "repair" : "compare", cancellation).ConfigureAwait(false);
        return new { module, reconcile = (await sides.StatusAsync(module, state.Owner, cancellation).ConfigureAwait(false)).Reconcile };
    }

    public async Task<object> DetachAsync(string module, bool detached, CancellationToken cancellation)
    {
        var state = Synced(module, "There is nothing to detach");
        if (detached && state.Stage != Stage.Extracted)
            throw new StageRequestException($"'{module}' is at {state.Stage}. The legacy's other modules can ask the service once it is owner: advance to Extracted first.");
        await sides.DetachAsync(module, Side.Legacy, detached, cancellation).ConfigureAwait(false);
        await AuditAsync(module, "detach", detached ? "detached" : "attached", cancellation).ConfigureAwait(false);
        return new { module, detached };
    }

    private ModuleState Synced(string module, string otherwise)
    {
        var current = plan();
        if (!current.Modules.TryGetValue(module, out var planned)) throw new UnknownModuleException(module, current.Modules.Keys);
        return planned.Data == DataMode.Synced
            ? states.Of(module)
            : throw new StageRequestException($"{otherwise}: the data of '{module}' is \"{planned.Data.ToString().ToLowerInvariant()}\" in the plan.");
    }

    private Task AuditAsync(string module, string action, string what, CancellationToken cancellation) =>
        store.AuditAsync(new AuditEntry(time.GetUtcNow(), module, action, "", what, false, null, plan().Version, null), cancellation);
}
