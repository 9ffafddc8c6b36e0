using Strangler.Plan;
using Strangler.Stages.Gates;
using Strangler.Stages.Judging;
using Strangler.Stages.Sides;
using Strangler.Stages.Store;

namespace Strangler.Stages;

internal sealed partial class StageMachine
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    // Lag is a matter of moments: one unlucky reading does not refuse a step.
    private static readonly TimeSpan LagPatience = TimeSpan.FromSeconds(2);

    private async Task<IReadOnlyList<Condition>> MeasureAsync(StoredState stored, PlannedModule planned, Stage next, bool waits, CancellationToken cancellation)
    {
        if (waits && next == Stage.Shadow && planned.Data == DataMode.Synced) await BackfilledAsync(planned, cancellation).ConfigureAwait(false);
        var conditions = await LookAsync(stored, planned, next, cancellation).ConfigureAwait(false);
        var started = time.GetTimestamp();
        while (conditions.Where(c => !c.Met).Any(c => c.Name == "lag") && time.GetElapsedTime(started) < LagPatience)
        {
            await Task.Delay(LookAgain, time, cancellation).ConfigureAwait(false);
            conditions = await LookAsync(stored, planned, next, cancellation).ConfigureAwait(false);
        }

        // The comparison of the data costs time on both sides, and means nothing while rows are missing.
        if (next != Stage.Shadow || planned.Data != DataMode.Synced || conditions.Any(c => !c.Met && c.Name is ("backfill" or "legacy sync" or "service sync"))) return conditions;
        await ReconcileAsync(planned, cancellation).ConfigureAwait(false);
        return await LookAsync(stored, planned, next, cancellation).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<Condition>> LookAsync(StoredState stored, PlannedModule planned, Stage next, CancellationToken cancellation) =>
        gates.Of(
            stored, planned, await SideReadings.ReadAsync(sides, planned, cancellation).ConfigureAwait(false), next,
            next == Stage.Canary ? await JudgedAction.LastAsync(store, planned.Name, cancellation).ConfigureAwait(false) : null);

    private async Task BackfilledAsync(PlannedModule planned, CancellationToken cancellation)
    {
        while ((await sides.StatusAsync(planned.Name, Side.Legacy, cancellation).ConfigureAwait(false)).Backfill is { State: "running" })
            await Task.Delay(LookAgain, time, cancellation).ConfigureAwait(false);
    }

    private async Task ReconcileAsync(PlannedModule planned, CancellationToken cancellation)
    {
        var before = (await sides.StatusAsync(planned.Name, Side.Legacy, cancellation).ConfigureAwait(false)).Reconcile;
        if (before is not { State: "running" }) await sides.ReconcileAsync(planned.Name, Side.Legacy, repair: false, cancellation).ConfigureAwait(false);
        while (true)
        {
            var now = (await sides.StatusAsync(planned.Name, Side.Legacy, cancellation).ConfigureAwait(false)).Reconcile;
            if (now is { State: "complete" or "failed" } && (before is not { State: "complete" or "failed" } || now.StartedAt != before.StartedAt || now.FinishedAt != before.FinishedAt)) return;
            await Task.Delay(LookAgain, time, cancellation).ConfigureAwait(false);
        }
    }
}
