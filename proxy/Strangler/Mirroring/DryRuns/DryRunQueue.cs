using System.Threading.Channels;
using Strangler.Evidence;
using Strangler.Forwarding;
using Strangler.Plan;

namespace Strangler.Mirroring.DryRuns;

/// <summary>The writes that wait to be run dry. A dry run that begins late has nothing to say, so that few wait here; bodies share the room of the mirrored reads.</summary>
internal sealed class DryRunQueue(PlanStore plans, MirrorQueue mirrored, EvidenceLedger ledger, StranglerTelemetry telemetry)
{
    private const int Most = 64;
    private readonly int _capacity = Math.Min(Most, plans.Current.Limits.MirrorQueue);
    private readonly Channel<DryRunJob> _jobs = Channel.CreateBounded<DryRunJob>(new BoundedChannelOptions(Math.Min(Most, plans.Current.Limits.MirrorQueue)) { FullMode = BoundedChannelFullMode.Wait });

    public ByteBudget Bodies => mirrored.Bodies;

    public bool IsFull => _jobs.Reader.Count >= _capacity;

    public bool TryAdd(DryRunJob job) => _jobs.Writer.TryWrite(job);

    public IAsyncEnumerable<DryRunJob> ReadAllAsync(CancellationToken cancellation) => _jobs.Reader.ReadAllAsync(cancellation);

    /// <param name="route">The endpoint.</param>
    /// <param name="outcome">The class.</param>
    /// <param name="status">The status that the client was answered with; 0 where it is not known.</param>
    public void Count(PlannedRoute route, ComparisonClass outcome, int status = 0)
    {
        ledger.Count(route.Endpoint.Id, outcome, status);
        telemetry.Compared(route.Endpoint.Id, outcome);
    }
}
