using Strangler.Evidence;
using Strangler.Forwarding;
using Strangler.Plan;

namespace Strangler.Mirroring.DryRuns;

/// <summary>The writes that wait to be run dry. A dry run that begins late has nothing to say, so that few wait here; bodies share the room of the mirrored reads.</summary>
internal sealed class DryRunQueue(PlanStore plans, MirrorQueue mirrored, EvidenceLedger ledger, StranglerTelemetry telemetry, TimeProvider time)
{
    private const int Most = 64;
    private readonly StandingQueue<DryRunJob> _jobs = new(Math.Min(Most, plans.Current.Limits.MirrorQueue), time);

    public ByteBudget Bodies => mirrored.Bodies;

    public bool Sheds => _jobs.Sheds;

    public bool TryAdd(DryRunJob job) => _jobs.TryAdd(job);

    public IAsyncEnumerable<DryRunJob> ReadAllAsync(CancellationToken cancellation) => _jobs.ReadAllAsync(cancellation);

    /// <param name="route">The endpoint.</param>
    /// <param name="outcome">The class.</param>
    /// <param name="status">The status that the client was answered with; 0 where it is not known.</param>
    public void Count(PlannedRoute route, ComparisonClass outcome, int status = 0)
    {
        ledger.Count(route.Endpoint.Id, outcome, status);
        telemetry.Compared(route.Endpoint.Id, outcome);
    }
}
