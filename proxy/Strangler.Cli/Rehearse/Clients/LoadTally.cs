using System.Collections.Concurrent;

namespace Strangler.Cli.Rehearse.Clients;

/// <summary>Something that was not as it should be.</summary>
/// <param name="Endpoint">The endpoint of the plan, or the target where the plan has none.</param>
/// <param name="Request">The request.</param>
/// <param name="What">What was wrong.</param>
internal sealed record Finding(string Endpoint, string Request, string What);

/// <summary>When a write was sent and how long its client waited.</summary>
internal readonly record struct TimedWrite(long Began, TimeSpan Took)
{
    public bool Overlaps(long from, long to) => Began <= to && Began + (long)(Took.TotalSeconds * TimeProvider.System.TimestampFrequency) >= from;
}

/// <summary>What the clients of a rehearsal were told. Every client counts here.</summary>
internal sealed class LoadTally
{
    private const int ExamplesKept = 50;
    private readonly ConcurrentQueue<TimedWrite> _writes = new();
    private long _requests;
    private long _retries;
    private long _interrupted;

    public long Requests => Interlocked.Read(ref _requests);

    public long Writes => _writes.Count;

    /// <summary>Requests that were sent again, which only a rehearsal with faults does.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    /// <summary>Writes that cannot be repeated and whose answer a fault has taken away: nobody knows whether they were done.</summary>
    public long Interrupted => Interlocked.Read(ref _interrupted);

    public Findings Failed { get; } = new(ExamplesKept);

    public Findings Differing { get; } = new(ExamplesKept);

    public Findings Lost { get; } = new(ExamplesKept);

    public TimedWrite[] WriteTimes => [.. _writes];

    public void Sent() => Interlocked.Increment(ref _requests);

    public void Retried() => Interlocked.Increment(ref _retries);

    public void WasInterrupted() => Interlocked.Increment(ref _interrupted);

    public void Wrote(TimedWrite write) => _writes.Enqueue(write);
}

/// <summary>Findings of one kind: all are counted, the first are kept.</summary>
internal sealed class Findings(int kept)
{
    private readonly ConcurrentQueue<Finding> _examples = new();
    private readonly ConcurrentDictionary<string, long> _byEndpoint = new(StringComparer.Ordinal);
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public IReadOnlyList<Finding> Examples => [.. _examples];

    public IReadOnlyDictionary<string, long> ByEndpoint => _byEndpoint;

    public void Add(Finding finding, long times = 1)
    {
        Interlocked.Add(ref _count, times);
        _byEndpoint.AddOrUpdate(finding.Endpoint, times, (_, before) => before + times);
        if (_examples.Count < kept) _examples.Enqueue(finding);
    }
}
