using System.Collections.Concurrent;
using Strangler.Evidence.Sampling;
using Strangler.Plan;
using Strangler.Stages;

namespace Strangler.Evidence;

/// <summary>
/// The measured numbers on which a step forward is allowed or refused. Counting takes no lock; the class counts of an endpoint add up to its total at
/// every instant, as the total is nothing but their sum.
/// </summary>
public sealed class EvidenceLedger(TimeProvider time)
{
    private const int KeptMismatches = 100;
    private static readonly ComparisonClass[] Classes = Enum.GetValues<ComparisonClass>();
    private readonly ConcurrentDictionary<string, Counters> _endpoints = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LastCall> _legacyCalls = new(StringComparer.Ordinal);

    private enum Figure
    {
        ByLegacy,
        ByService,
        Fallback,
        OwnWrite,
        OwnWriteWait,
        Retry,
        ServiceError,
        LegacyError,
    }

    /// <summary>The last minute at <c>Shadow</c> and <c>Canary</c>, for the judge.</summary>
    internal SampleBook Samples { get; } = new(time);

    /// <summary>What has been measured about an endpoint; zeros for an unknown one.</summary>
    public EndpointEvidence Of(string endpointId)
    {
        var c = _endpoints.GetValueOrDefault(endpointId) ?? new Counters();
        return new EndpointEvidence(
            endpointId, Classes.ToDictionary(static name => name, name => Volatile.Read(ref c.Classes[(int)name])),
            c.Read(Figure.ByLegacy), c.Read(Figure.ByService), c.Read(Figure.Fallback), c.Read(Figure.OwnWrite), c.Read(Figure.Retry),
            c.Read(Figure.ServiceError), c.Read(Figure.LegacyError))
        {
            OwnWriteWaits = c.Read(Figure.OwnWriteWait),
            ByStatus = c.ByStatus(),
        };
    }

    /// <summary>The request for the module's endpoints that this process sent to the legacy last; null when none was. Mirrored requests do not count.</summary>
    public LegacyCall? LastLegacyCall(string module) => _legacyCalls.GetValueOrDefault(module)?.Value;

    /// <summary>The most recent mismatches of an endpoint, newest first; at most 100.</summary>
    public IReadOnlyList<Mismatch> MismatchesOf(string endpointId) =>
        _endpoints.TryGetValue(endpointId, out var counters) ? [.. counters.Mismatches.Reverse()] : [];

    /// <summary>Forgets what has been measured about the given endpoints, as when a module goes back and begins anew.</summary>
    public void Reset(IEnumerable<string> endpointIds)
    {
        ArgumentNullException.ThrowIfNull(endpointIds);
        foreach (var id in endpointIds)
        {
            _endpoints.TryRemove(id, out _);
            Samples.Forget(id);
        }
    }

    /// <summary>Counts the given endpoints from zero, and keeps their mismatches: they say why a module went back.</summary>
    internal void Restart(IEnumerable<string> endpointIds)
    {
        foreach (var id in endpointIds)
        {
            Samples.Forget(id);
            if (!_endpoints.TryRemove(id, out var before)) continue;
            foreach (var mismatch in before.Mismatches) Keep(mismatch);
        }
    }

    /// <param name="endpointId">The endpoint.</param>
    /// <param name="outcome">The class.</param>
    /// <param name="status">The status that the client was answered with; 0 where it is not known.</param>
    internal void Count(string endpointId, ComparisonClass outcome, int status = 0)
    {
        var counters = CountersOf(endpointId);
        Interlocked.Increment(ref counters.Classes[(int)outcome]);
        if (outcome is not (ComparisonClass.Match or ComparisonClass.Mismatch)) return;
        counters.Judge(outcome == ComparisonClass.Match, status, replayed: false);
        Samples.Of(endpointId)?.Compared(outcome == ComparisonClass.Match);
    }

    /// <summary>Counts a comparison of a recorded request. It fills what live traffic leaves open at the gate, is shown apart, and is none of the classes' total.</summary>
    internal void CountReplayed(string endpointId, ComparisonClass outcome, int status)
    {
        if (outcome is ComparisonClass.Match or ComparisonClass.Mismatch) CountersOf(endpointId).Judge(outcome == ComparisonClass.Match, status, replayed: true);
    }

    internal void Keep(Mismatch mismatch)
    {
        var kept = CountersOf(mismatch.EndpointId).Mismatches;
        kept.Enqueue(mismatch);
        while (kept.Count > KeptMismatches) kept.TryDequeue(out _);
    }

    internal void Served(string endpointId, Side side, int status)
    {
        var counters = CountersOf(endpointId);
        counters.Add(side == Side.Legacy ? Figure.ByLegacy : Figure.ByService);
        if (status >= 500) counters.Add(side == Side.Legacy ? Figure.LegacyError : Figure.ServiceError);
    }

    internal void FellBack(string endpointId)
    {
        CountersOf(endpointId).Add(Figure.Fallback);
        CountersOf(endpointId).Add(Figure.ServiceError);
    }

    internal void OwnWriteRead(string endpointId) => CountersOf(endpointId).Add(Figure.OwnWrite);

    internal void OwnWriteWaited(string endpointId) => CountersOf(endpointId).Add(Figure.OwnWriteWait);

    internal void Retried(string endpointId) => CountersOf(endpointId).Add(Figure.Retry);

    internal void LegacyCalled(string module, PlannedEndpoint? endpoint, bool ambiguous = false) =>
        // A dictionary's setter takes a lock, which all requests of a module would share; a look-up takes none.
        _legacyCalls.GetOrAdd(module, static _ => new LastCall()).Set(time.GetUtcNow(), endpoint, ambiguous);

    private Counters CountersOf(string endpointId) => _endpoints.GetOrAdd(endpointId, static _ => new Counters());

    private sealed class LastCall
    {
        private volatile LegacyCall? _call;
        private long _ticks;

        public LegacyCall? Value => _call is { } call ? call with { At = new DateTimeOffset(Volatile.Read(ref _ticks), TimeSpan.Zero) } : null;

        /// <summary>Most calls are like the one before, and then only the time is written.</summary>
        public void Set(DateTimeOffset at, PlannedEndpoint? endpoint, bool ambiguous)
        {
            Volatile.Write(ref _ticks, at.UtcTicks);
            if (_call is not { } last || !ReferenceEquals(last.Endpoint, endpoint) || last.Ambiguous != ambiguous) _call = new LegacyCall(at, endpoint, ambiguous);
        }
    }

    private sealed class Counters
    {
        public readonly long[] Classes = new long[Enum.GetValues<ComparisonClass>().Length];
        public readonly ConcurrentQueue<Mismatch> Mismatches = new();
        private readonly long[,] _judged = new long[6, 4];
        private readonly long[] _figures = new long[Enum.GetValues<Figure>().Length];

        public long Read(Figure figure) => Volatile.Read(ref _figures[(int)figure]);

        public void Judge(bool match, int status, bool replayed) =>
            Interlocked.Increment(ref _judged[Math.Clamp(status / 100, 0, 5), (match ? 0 : 1) + (replayed ? 2 : 0)]);

        public IReadOnlyList<StatusEvidence> ByStatus() =>
        [
            .. Enumerable.Range(0, 6)
                .Select(i => new StatusEvidence(i == 0 ? "other" : $"{i}xx", Read(i, 0), Read(i, 1), Read(i, 2), Read(i, 3)))
                .Where(static status => status.Compared + status.Replayed > 0),
        ];

        private long Read(int status, int figure) => Volatile.Read(ref _judged[status, figure]);

        public void Add(Figure figure) => Interlocked.Increment(ref _figures[(int)figure]);
    }
}
