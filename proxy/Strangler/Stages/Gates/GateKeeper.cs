using System.Globalization;
using Strangler.Evidence;
using Strangler.Plan;
using Strangler.Stages.Judging;
using Strangler.Stages.Sides;
using Strangler.Stages.Store;

namespace Strangler.Stages.Gates;

/// <summary>Says what must hold before a module takes its next step, and what of it holds. Measures nothing itself: it judges readings.</summary>
internal sealed class GateKeeper(EvidenceLedger evidence, CanaryJudge judge, TimeProvider time)
{
    // Before this proxy ran it saw no calls: its silence counts from its start.
    private readonly DateTimeOffset _watchingSince = time.GetUtcNow();

    /// <summary>The conditions of the step from the module's stage to <paramref name="next"/>, or of a larger canary when both are <see cref="Stage.Canary"/>.</summary>
    /// <param name="stored">Where the module is.</param>
    /// <param name="module">What the plan says of it.</param>
    /// <param name="readings">What the sides say.</param>
    /// <param name="next">Where it is to go.</param>
    /// <param name="judged">The judge's entry in the audit log, when it was the judge that brought the module to its stage.</param>
    public IReadOnlyList<Condition> Of(StoredState stored, PlannedModule module, SideReadings readings, Stage next, AuditEntry? judged = null)
    {
        var state = stored.State;
        var synced = module.Data == DataMode.Synced;
        List<Condition> conditions = [Healthy(readings)];
        if (synced) conditions.AddRange([Reachable(Side.Legacy, readings), Reachable(Side.Service, readings)]);
        switch (next)
        {
            case Stage.Syncing when synced:
                conditions.Add(Owner(state, readings));
                break;
            case Stage.Shadow when synced:
                conditions.AddRange([BackfillComplete(readings), Captured(state, readings), Lag(state, module, readings), NothingParked(state, readings), Reconciled(readings)]);
                break;
            case Stage.Canary:
                if (synced) conditions.AddRange([BackfillComplete(readings), Captured(state, readings), Lag(state, module, readings), NothingParked(state, readings)]);
                foreach (var endpoint in Compared(state, module)) conditions.AddRange(ComparisonConditions.Of(module, endpoint, evidence.Of(endpoint.Id)));
                if (judged is not null && state.Stage == Stage.Shadow) conditions.Add(CanaryConditions.NewEvidence(module, module.Endpoints.Select(e => evidence.Of(e.Id)), judged));
                if (state.Stage == Stage.Canary) conditions.AddRange([ServiceErrors(module), .. CanaryConditions.NoWorse(module, judge.Judge(module, state))]);
                break;
            case Stage.Extracted:
                if (synced) conditions.AddRange([BackfillComplete(readings), Captured(state, readings), Lag(state, module, readings), NothingParked(state, readings), Owner(state, readings)]);
                conditions.AddRange([WholeCanary(state), ServiceErrors(module), .. CanaryConditions.NoWorse(module, judge.Judge(module, state))]);
                break;
            case Stage.Retired:
                conditions.AddRange([NothingHeld(state), Quiet(stored, module, readings)]);
                if (synced) conditions.AddRange([Detached(readings), NothingParked(state, readings)]);
                break;
        }

        return conditions;
    }

    private static Condition Healthy(SideReadings readings) => new(
        "service healthy", "answers its health check", readings.ServiceIll?.Seen ?? "healthy", readings.ServiceIll is null,
        readings.ServiceIll?.Fix ?? "");

    private static Condition Reachable(Side side, SideReadings readings) => new(
        $"{Name(side)} sync", "answers under /_sync", readings.ErrorOf(side)?.Seen ?? "answers", readings.Of(side) is not null,
        readings.ErrorOf(side)?.Fix ?? SideHint.Start, Invariant: true);

    private static Condition Owner(ModuleState state, SideReadings readings)
    {
        var side = readings.Of(state.Owner);
        var other = readings.Of(Other(state.Owner));
        var measured = side is null ? "unknown" : $"{Name(state.Owner)} is {side.State} at epoch {side.Epoch}" + (other is null ? "" : $", {Name(Other(state.Owner))} is {other.State}");
        return new Condition("owner", $"{Name(state.Owner)} is owner at epoch {state.Epoch}, alone", measured,
            side is { IsOwner: true } && side.Epoch == state.Epoch && other is { IsOwner: false, IsRetired: false },
            readings.FixOf(state.Owner) ?? readings.FixOf(Other(state.Owner)) ?? "The sides and the proxy disagree; look at 'strangler status', which takes over what the sides say.", Invariant: true);
    }

    private static Condition BackfillComplete(SideReadings readings)
    {
        var backfill = readings.Legacy?.Backfill;
        var measured = backfill?.State switch
        {
            null => "unknown",
            "running" => string.Create(CultureInfo.InvariantCulture, $"running, {backfill.Rows:N0} of {backfill.Total:N0} rows{(backfill.Error is { } waits ? $"; it waits: {waits}" : "")}"),
            "failed" => $"failed: {backfill.Error}",
            var other => other,
        };
        var fix = backfill?.State switch
        {
            null => readings.FixOf(Side.Legacy) ?? SideHint.Start,
            "running" => "Wait for it: 'strangler wait MODULE'.",
            _ => "Start it again with 'strangler backfill MODULE'.",
        };
        return new Condition("backfill", "complete", measured, backfill?.State == "complete", fix, Invariant: true);
    }

    // Without it the lag is nothing for ever, and the copy is old.
    private static Condition Captured(ModuleState state, SideReadings readings)
    {
        var capture = readings.Of(state.Owner)?.Capture;
        return new Condition("capture", "on", capture switch { null => "unknown", true => "on", false => "off" }, capture == true,
            capture is null ? readings.FixOf(state.Owner) ?? SideHint.Start : "Changes of the owner are not sent: go back with 'strangler rollback MODULE --to Legacy' and begin again.", Invariant: true);
    }

    private static Condition Lag(ModuleState state, PlannedModule module, SideReadings readings)
    {
        var lag = readings.Of(state.Owner)?.LagSeconds;
        return new Condition("lag", $"at most {Seconds(module.Gates.MaximumLag.TotalSeconds)}", lag is null ? "unknown" : Seconds(lag.Value),
            lag <= module.Gates.MaximumLag.TotalSeconds,
            lag is null ? readings.FixOf(state.Owner) ?? SideHint.Start
                : readings.FixOf(Other(state.Owner)) ?? "Wait until the other side has caught up: 'strangler wait MODULE'.");
    }

    private static Condition NothingParked(ModuleState state, SideReadings readings)
    {
        var parked = readings.Of(state.Owner)?.Parked;
        return new Condition("parked changes", "0", parked?.ToString(CultureInfo.InvariantCulture) ?? "unknown", parked == 0,
            parked is null ? readings.FixOf(state.Owner) ?? SideHint.Start : "Retry or discard them: 'strangler parked list MODULE'.", Invariant: true);
    }

    private static Condition Reconciled(SideReadings readings)
    {
        var reconcile = readings.Legacy?.Reconcile;
        var measured = reconcile?.State switch
        {
            null or "none" => "not run yet (advance runs it)",
            "running" => $"running, {reconcile.Rows} rows",
            "failed" => $"failed: {reconcile.Error}",
            _ => $"{reconcile.Differences - reconcile.Repaired} differences" + (reconcile.Examples is [var first, ..] ? $", for example {first.Entity} {first.Key}" : ""),
        };
        return new Condition("reconcile", "0 differences", measured, reconcile is { State: "complete" } && reconcile.Differences <= reconcile.Repaired,
            reconcile?.State switch
            {
                null or "none" => readings.FixOf(Side.Legacy) ?? "Run it: 'strangler reconcile MODULE'.",
                "running" => "Wait for it.",
                "failed" => "See its message, then run it again: 'strangler reconcile MODULE'.",
                _ => "Repair them with 'strangler reconcile MODULE --repair'.",
            });
    }

    private static Condition WholeCanary(ModuleState state) => new(
        "canary", "100 %", $"{state.CanaryPercent} %", state.CanaryPercent == 100, "Raise it first: 'strangler advance MODULE --percent 100'.");

    private Condition ServiceErrors(PlannedModule module)
    {
        long served = 0, errors = 0, legacyServed = 0, legacyErrors = 0;
        foreach (var counts in module.Endpoints.Select(endpoint => evidence.Of(endpoint.Id)))
        {
            served += counts.ServedByService + counts.Fallbacks;
            errors += counts.ServiceErrors;
            legacyServed += counts.ServedByLegacy;
            legacyErrors += counts.LegacyErrors;
        }

        // No worse than the legacy is under the same traffic, and a hair's breadth besides.
        var rate = served == 0 ? 0 : (double)errors / served;
        var limit = (legacyServed == 0 ? 0 : (double)legacyErrors / legacyServed) + 1 - module.Gates.MinimumMatchRate;
        return new Condition("service errors", string.Create(CultureInfo.InvariantCulture, $"at most {limit:0.####} of its answers"),
            $"{errors} of {served}", rate <= limit + 1e-9, "Look at the service's log, fix it, and begin the canary again from Shadow.");
    }

    private static Condition NothingHeld(ModuleState state) => new(
        "held endpoints", "none", state.HeldEndpoints.Count == 0 ? "none" : string.Join(", ", state.HeldEndpoints.Keys.Order(StringComparer.Ordinal)), state.HeldEndpoints.Count == 0,
        "Release them: 'strangler hold MODULE ENDPOINT --release'.", Invariant: true);

    private Condition Quiet(StoredState stored, PlannedModule module, SideReadings readings)
    {
        var call = evidence.LastLegacyCall(module.Name);
        var called = call is null ? null : $"{(call.Endpoint is null ? "a request" : $"{call.Endpoint.Method} {call.Endpoint.Template}")}{(call.Ambiguous ? ", its path spelled ambiguously," : "")} was sent to the legacy";
        (DateTimeOffset? At, string? What)[] moments =
        [
            (stored.StageSince, $"the module came to {stored.State.Stage}"), (_watchingSince, "this proxy started"), (call?.At, called),
            (readings.Legacy?.ForeignReads?.LastAt, "others read the module's tables in the legacy"),
        ];
        var (since, what) = moments.MaxBy(m => m.At ?? DateTimeOffset.MinValue);
        var quiet = time.GetUtcNow() - since!.Value;
        if (quiet < TimeSpan.Zero) quiet = TimeSpan.Zero;
        // The last call is named even where something else came after it: it says whom to look for.
        var earlier = called is null || what == called ? "" : $"; at {At(call!.At)} {called}";
        return new Condition("legacy quiet", $"for {module.Gates.QuietBeforeRetirement:c}", $"for {TimeSpan.FromSeconds(Math.Floor(quiet.TotalSeconds)):c}: at {At(since.Value)} {what}{earlier}", quiet >= module.Gates.QuietBeforeRetirement,
            "Nothing may call the module in the legacy or read its tables for that time; release held endpoints, detach the other modules, and fix clients that spell paths ambiguously.");
    }

    private static Condition Detached(SideReadings readings) => new(
        "detached", "the legacy's other modules ask the service", readings.Legacy is null ? "unknown" : readings.Legacy.Detached ? "they do" : "they read its tables", readings.Legacy?.Detached == true,
        "Run 'strangler detach MODULE'.", Invariant: true);

    private static IEnumerable<PlannedEndpoint> Compared(ModuleState state, PlannedModule module) =>
        module.Endpoints.Where(e => state.StageOf(e.Id) >= Stage.Shadow && !state.HeldEndpoints.ContainsKey(e.Id));

    private static string At(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###} s");

    private static string Name(Side side) => side.ToString().ToLowerInvariant();

    private static Side Other(Side side) => side == Side.Legacy ? Side.Service : Side.Legacy;
}
