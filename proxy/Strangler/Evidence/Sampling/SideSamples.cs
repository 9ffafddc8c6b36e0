namespace Strangler.Evidence.Sampling;

/// <summary>
/// The last minute of one side at one endpoint, a bucket for each second that saw traffic. A bucket's place is taken over by compare-and-swap:
/// no lock is taken, and memory is bounded by the number of places.
/// </summary>
internal sealed class SideSamples
{
    public const int Seconds = 64;
    private readonly SecondBucket?[] _buckets = new SecondBucket?[Seconds];

    public SecondBucket At(long second)
    {
        ref var place = ref _buckets[second % Seconds];
        while (true)
        {
            var seen = Volatile.Read(ref place);
            if (seen is not null && seen.Second >= second) return seen;
            var fresh = new SecondBucket(second);
            if (Interlocked.CompareExchange(ref place, fresh, seen) == seen) return fresh;
        }
    }

    /// <summary>The answers from one second to another, both included.</summary>
    /// <param name="from">The first second.</param>
    /// <param name="now">The last second.</param>
    /// <param name="overdue">Requests that have been open for so many seconds count as answers that took at least so long.</param>
    public SideWindow Between(long from, long now, double overdue)
    {
        long answered = 0, failed = 0;
        long? failedFirst = null;
        var latencies = new List<TimedLatency>();
        foreach (var bucket in _buckets.OfType<SecondBucket>().Where(b => b.Second >= from && b.Second <= now).OrderBy(static b => b.Second))
        {
            answered += bucket.Answered;
            failed += bucket.Failed;
            if (bucket.Failed > 0) failedFirst ??= bucket.Second;
            foreach (var milliseconds in bucket.Latencies) latencies.Add(new TimedLatency(bucket.Second, milliseconds));
            // The second may have begun just now, so that the age is at least this.
            var age = now - bucket.Second - 1;
            if (age < overdue) continue;
            for (var open = Math.Min(bucket.Open, SecondBucket.Kept); open > 0; open--) latencies.Add(new TimedLatency(bucket.Second, age * 1000.0));
        }

        return new SideWindow(answered, failed, failedFirst, latencies);
    }
}

/// <summary>One latency in milliseconds, and the second in which it was measured.</summary>
internal readonly record struct TimedLatency(long Second, double Milliseconds);

/// <summary>What one side has answered over a span of time.</summary>
/// <param name="Answered">All answers, failures among them.</param>
/// <param name="Failed">Answers with a status of 500 and above, answers that broke off, and those that another side had to give.</param>
/// <param name="FailedFirst">The second of the first failure.</param>
/// <param name="Latencies">A fair choice of the latencies of those that did not fail.</param>
internal sealed record SideWindow(long Answered, long Failed, long? FailedFirst, IReadOnlyList<TimedLatency> Latencies)
{
    public static SideWindow Of(IReadOnlyList<SideWindow> windows) => new(
        windows.Sum(static w => w.Answered), windows.Sum(static w => w.Failed), windows.Min(static w => w.FailedFirst), [.. windows.SelectMany(static w => w.Latencies)]);
}
