using Strangler.Forwarding;
using Strangler.Plan;

namespace Strangler.Mirroring;

/// <summary>The reads that wait to be compared: what does not fit is shed, as the client never waits for a comparison.</summary>
internal sealed class MirrorQueue(PlanStore plans, TimeProvider time)
{
    private readonly StandingQueue<MirrorJob> _jobs = new(plans.Current.Limits.MirrorQueue, time);

    /// <summary>The room for the bodies of answers that are listened to, wait, or are being compared.</summary>
    public ByteBudget Bodies { get; } = new(() => plans.Current.Limits.MirrorBuffers);

    public bool Sheds => _jobs.Sheds;

    public bool TryAdd(MirrorJob job) => _jobs.TryAdd(job);

    public IAsyncEnumerable<MirrorJob> ReadAllAsync(CancellationToken cancellation) => _jobs.ReadAllAsync(cancellation);
}
