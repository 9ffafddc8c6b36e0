using System.Collections.Concurrent;
using Strangler.Evidence.Sampling;
using Strangler.Plan;
using Strangler.Stages;

namespace Strangler.Evidence;

/// <summary>
/// The measured numbers on which a step forward is allowed or refused. Counting what clients do takes no lock. At every instant the classes of an
/// endpoint and what still waits add up to what was taken in.
/// </summary>
public sealed class EvidenceLedger(TimeProvider time)
{
    private readonly MismatchRoom _room = new();
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
        var c = _endpoints.GetValueOrDefault(endpointId) ?? new Counters(_room);
        var (taken, waiting, classes) = c.Mirrored.Read();
        return new EndpointEvidence(
            endpointId, classes,
            c.Read(Figure.ByLegacy), c.Read(Figure.ByService), c.Read(Figure.Fallback), c.Read(Figure.OwnWrite), c.Read(Figure.Retry),
            c.Read(Figure.ServiceError), c.Read(Figure.LegacyError))
        {
            TakenIn = taken,
            Waiting = waiting,
            OwnWriteWaits = c.Read(Figure.OwnWriteWait),
            ByStatus = c.ByStatus(),
        };
    }

    /// <summary>The request for the module's endpoints that this process sent to the legacy last; null when none was. Mirrored requests do not count.</summary>
    public LegacyCall? LastLegacyCall(string module) => _legacyCalls.GetValueOrDefault(module)?.Value;

    /// <summary>Mismatches of an endpoint, newest first: the latest of each kind. See <c>docs/adr/0019</c>.</summary>
    public IReadOnlyList<Mismatch> MismatchesOf(string endpointId) =>
        _endpoints.TryGetValue(endpointId, out var counters) ? [.. counters.Mismatches.Read().Select(static g => g.Latest).Distinct().OrderByDescending(static m => m.At)] : [];

    /// <summary>The mismatches of an endpoint, equal ones together.</summary>
    internal IReadOnlyList<MismatchGroup> GroupsOf(string endpointId) => _endpoints.TryGetValue(endpointId, out var counters) ? counters.Mismatches.Read() : [];

    /// <summary>Forgets what has been measured about the given endpoints, as when a module goes back and begins anew.</summary>
    public void Reset(IEnumerable<string> endpointIds)
    {
        ArgumentNullException.ThrowIfNull(endpointIds);
        foreach (var id in endpointIds)
        {
            if (_endpoints.TryRemove(id, out var before)) before.Mismatches.Clear();
            Samples.Forget(id);
        }
    }

    /// <summary>Counts the given endpoints from zero, and keeps their mismatches: they say why a module went back.</summary>
    internal void Restart(IEnumerable<string> endpointIds)
    {
        foreach (var id in endpointIds)
        {
            Samples.Forget(id);
            if (_endpoints.TryGetValue(id, out var before)) _endpoints[id] = new Counters(before.Mismatches);
        }
    }

    /// <summary>A mirrored request begins to wait for its comparison.</summary>
    internal MirroredRequest TakeIn(string endpointId) => CountersOf(endpointId).Mirrored.TakeIn();

    /// <summary>A mirrored request has been compared, or could not be.</summary>
    /// <param name="request">The request.</param>
    /// <param name="endpointId">The endpoint.</param>
    /// <param name="outcome">The class.</param>
    /// <param name="status">The status that the client was answered with; 0 where it is not known.</param>
    internal void End(MirroredRequest request, string endpointId, ComparisonClass outcome, int status)
    {
        request.End(outcome);
        if (outcome is not (ComparisonClass.Match or ComparisonClass.Mismatch)) return;
        CountersOf(endpointId).Judge(outcome == ComparisonClass.Match, status, replayed: false);
        Samples.Of(endpointId)?.Compared(outcome == ComparisonClass.Match);
    }

    /// <summary>Counts a comparison of a recorded request. It fills what live traffic leaves open at the gate, is shown apart, and is none of the classes' total.</summary>
    internal void CountReplayed(string endpointId, ComparisonClass outcome, int status)
    {
        if (outcome is ComparisonClass.Match or ComparisonClass.Mismatch) CountersOf(endpointId).Judge(outcome == ComparisonClass.Match, status, replayed: true);
    }

    /// <summary>A mirrored request that ended as soon as it began.</summary>
    internal void Count(string endpointId, ComparisonClass outcome, int status = 0) => End(TakeIn(endpointId), endpointId, outcome, status);

    internal void Keep(Mismatch mismatch) => CountersOf(mismatch.EndpointId).Mismatches.Add(mismatch);

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

    private Counters CountersOf(string endpointId) => _endpoints.GetOrAdd(endpointId, static (_, room) => new Counters(room), _room);

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

    private sealed class Counters(MismatchGroups mismatches)
    {
        public readonly MirrorCounts Mirrored = new();
        private readonly long[,] _judged = new long[6, 4];
        private readonly long[] _figures = new long[Enum.GetValues<Figure>().Length];

        public Counters(MismatchRoom room)
            : this(new MismatchGroups(room))
        {
        }

        public MismatchGroups Mismatches => mismatches;

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
