using System.Threading.Channels;
using Strangler.Forwarding;
using Strangler.Plan;

namespace Strangler.Mirroring;

/// <summary>The reads that wait to be compared. Bounded: what does not fit is shed, as the client never waits for a comparison.</summary>
internal sealed class MirrorQueue(PlanStore plans)
{
    private readonly Channel<MirrorJob> _jobs = Channel.CreateBounded<MirrorJob>(new BoundedChannelOptions(plans.Current.Limits.MirrorQueue) { FullMode = BoundedChannelFullMode.Wait });
    private readonly int _capacity = plans.Current.Limits.MirrorQueue;

    /// <summary>The room for the bodies of answers that are listened to, wait, or are being compared.</summary>
    public ByteBudget Bodies { get; } = new(() => plans.Current.Limits.MirrorBuffers);

    public bool IsFull => _jobs.Reader.Count >= _capacity;

    public bool TryAdd(MirrorJob job) => _jobs.Writer.TryWrite(job);

    public IAsyncEnumerable<MirrorJob> ReadAllAsync(CancellationToken cancellation) => _jobs.Reader.ReadAllAsync(cancellation);
}
