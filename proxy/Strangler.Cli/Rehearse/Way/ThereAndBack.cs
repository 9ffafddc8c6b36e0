using System.Text.Json.Nodes;
using Strangler.Cli.Rehearse.Clients;
using Strangler.Cli.Rehearse.Faults;
using Strangler.Cli.Rehearse.Load;
using Strangler.Cli.Rehearse.Scratch;
using Strangler.Plan;
using Strangler.Stages;

namespace Strangler.Cli.Rehearse.Way;

/// <summary>The whole way of one module: to Extracted, back to Legacy, to Extracted again, and Retired; with a check of what was written at each turn.</summary>
internal sealed class ThereAndBack(ScratchSystem scratch, LoadRun load, ModuleSteps steps, ModuleWatch watch, PlannedModule module, FaultHand faults, Action<string> say)
{
    private static readonly TimeSpan Dwell = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestDwell = TimeSpan.FromSeconds(8);
    private static readonly int[] Shares = [10, 50, 100];
    private readonly LostWrites _lost = new(load);
    private readonly string? _legacy = scratch.ProcessAt(scratch.Plan.LegacyAddress);
    private readonly string? _service = scratch.ProcessAt(module.ServiceAddresses[0]);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await DwellAsync(cancellationToken);
        await ThereAsync(hurt: true, cancellationToken);
        await faults.KillAsync(_legacy, $"{module.Name} at Extracted", cancellationToken);
        await faults.KillAsync(_service, $"{module.Name} at Extracted", cancellationToken);
        await faults.DisturbAsync($"{module.Name} at Extracted", cancellationToken);
        await CheckBothAsync(cancellationToken);

        await steps.RollbackAsync(Stage.Legacy, "rehearsal: there and back", cancellationToken);
        await DwellAsync(cancellationToken);
        await CheckAsync("legacy", scratch.Plan.LegacyAddress);

        await ThereAsync(hurt: false, cancellationToken);
        if (module.Data == DataMode.Synced) await steps.DetachAsync(cancellationToken);
        await CheckBothAsync(cancellationToken);
        await steps.AdvanceAsync(Stage.Retired, null, cancellationToken);
        await DwellAsync(cancellationToken);
        await CheckAsync("service", module.ServiceAddresses[0]);
    }

    private async Task ThereAsync(bool hurt, CancellationToken cancellationToken)
    {
        await steps.AdvanceAsync(Stage.Syncing, null, cancellationToken);
        if (hurt)
        {
            await faults.KillAsync(_service, $"{module.Name} at Syncing", cancellationToken);
            await faults.DisturbAsync($"{module.Name} at Syncing", cancellationToken);
        }

        await CopiedAsync(cancellationToken);
        await steps.AdvanceAsync(Stage.Shadow, null, cancellationToken);
        if (hurt && faults.Kinds != FaultKinds.None) await HurtShadowAsync(cancellationToken);
        await DwellAsync(cancellationToken);
        foreach (var share in Shares)
        {
            await steps.AdvanceAsync(Stage.Canary, share, cancellationToken);
            await DwellAsync(cancellationToken);
        }

        await steps.AdvanceAsync(Stage.Extracted, null, cancellationToken);
        await DwellAsync(cancellationToken);
    }

    // Requests that the killed service did not answer count against it at the gate, which says what to do: go back and count anew.
    private async Task HurtShadowAsync(CancellationToken cancellationToken)
    {
        await faults.DisturbAsync($"{module.Name} at Shadow", cancellationToken);
        if (!faults.Kinds.HasFlag(FaultKinds.Kill)) return;
        await faults.KillAsync(_service, $"{module.Name} at Shadow", cancellationToken);
        await steps.RollbackAsync(Stage.Syncing, "rehearsal: the service was killed, comparisons are counted anew", cancellationToken);
        await CopiedAsync(cancellationToken);
        await steps.AdvanceAsync(Stage.Shadow, null, cancellationToken);
    }

    /// <summary>Stays at a stage until clients have met it: for a moment at least, and at Canary until the service has answered enough of them.</summary>
    private async Task DwellAsync(CancellationToken cancellationToken)
    {
        var (before, answered) = (AnsweredByService(), 0L);
        var began = TimeProvider.System.GetTimestamp();
        await Task.Delay(Dwell, TimeProvider.System, cancellationToken);
        while ($"{watch.Last(module.Name)?["stage"]}" == nameof(Stage.Canary) && answered < module.Canary.MinimumSamples)
        {
            var now = AnsweredByService();
            // The proxy counts anew with each stage.
            answered += now >= before ? now - before : now;
            before = now;
            if (TimeProvider.System.GetElapsedTime(began) > LongestDwell) break;
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, cancellationToken);
        }
    }

    private async Task CopiedAsync(CancellationToken cancellationToken)
    {
        if (module.Data != DataMode.Synced) return;
        var limit = TimeSpan.FromMinutes(10);
        var began = TimeProvider.System.GetTimestamp();
        while (Backfill() is not "complete")
        {
            if (TimeProvider.System.GetElapsedTime(began) > limit)
                throw new RehearsalStopped(module.Name, nameof(Stage.Syncing), $"the first copy has not ended within {limit.TotalMinutes:0} minutes: {Backfill() ?? "unknown"}", []);
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, cancellationToken);
        }
    }

    private string? Backfill() => (string?)watch.Last(module.Name)?["sync"]?["backfill"]?["state"];

    private long AnsweredByService() =>
        watch.Last(module.Name)?["endpoints"]?.AsArray().OfType<JsonObject>().Sum(static e => (long?)e["servedByService"] ?? 0) ?? 0;

    private Task CheckBothAsync(CancellationToken cancellationToken) => load.WithoutWritesAsync(async () =>
    {
        if (module.Data == DataMode.Synced) await steps.DrainedAsync(cancellationToken);
        await CheckSideAsync("legacy", scratch.Plan.LegacyAddress);
        await CheckSideAsync("service", module.ServiceAddresses[0]);
    });

    private Task CheckAsync(string name, Uri side) => load.WithoutWritesAsync(() => CheckSideAsync(name, side));

    private async Task CheckSideAsync(string name, Uri side)
    {
        var before = load.Tally.Lost.Count;
        var keys = await _lost.CheckAsync(name, side, Concerns);
        if (keys > 0) say($"{module.Name}: {name} asked for {keys} written keys: {load.Tally.Lost.Count - before} lost");
    }

    // A record belongs to the module whose endpoint shows it.
    private bool Concerns(LoadRecord record) => module.Endpoints.Any(e => e.Id == load.EndpointOf(record));
}
