namespace Strangler.Evidence;

/// <summary>What has been measured about one endpoint, at one moment.</summary>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="Counts">Mirrored requests by class.</param>
/// <param name="ServedByLegacy">Requests that the legacy answered.</param>
/// <param name="ServedByService">Requests that the service answered.</param>
/// <param name="Fallbacks">Reads that the legacy answered because the service could not.</param>
/// <param name="OwnWriteReads">Reads that the owner answered because the copy had not yet applied the client's own write.</param>
/// <param name="Retries">Requests sent again after a side had refused them or could not be reached.</param>
/// <param name="ServiceErrors">Answers of the service with a status of 500 and above, fallbacks included.</param>
/// <param name="LegacyErrors">Answers of the legacy with a status of 500 and above.</param>
public sealed record EndpointEvidence(
    string EndpointId,
    IReadOnlyDictionary<ComparisonClass, long> Counts,
    long ServedByLegacy,
    long ServedByService,
    long Fallbacks,
    long OwnWriteReads,
    long Retries,
    long ServiceErrors,
    long LegacyErrors)
{
    /// <summary>All mirrored requests: those that have ended in a class and those that wait. Equal to <see cref="Compared"/> and <see cref="Waiting"/> together at every instant.</summary>
    public long TakenIn { get; init; }

    /// <summary>Mirrored requests that wait to be compared, or are being compared.</summary>
    public long Waiting { get; init; }

    /// <summary>Reads that waited for the copy to apply the client's own write, whoever answered them then.</summary>
    public long OwnWriteWaits { get; init; }

    /// <summary>Matches and mismatches by the class of the status that the client was answered with; classes that were not seen are left out.</summary>
    public IReadOnlyList<StatusEvidence> ByStatus { get; init; } = [];

    /// <summary>Mirrored requests that have ended in a class.</summary>
    public long Compared => Counts.Values.Sum();

    /// <summary>Matches among matches and mismatches, 0 to 1; null before the first.</summary>
    public double? MatchRate => Counts[ComparisonClass.Match] + Counts[ComparisonClass.Mismatch] is var judged and > 0
        ? (double)Counts[ComparisonClass.Match] / judged
        : null;
}

/// <summary>What the comparisons of one class of status found.</summary>
/// <param name="Status"><c>2xx</c>, <c>3xx</c>, <c>4xx</c>, <c>5xx</c>, or <c>other</c> where the status is not known.</param>
/// <param name="Matches">Matches of live requests.</param>
/// <param name="Mismatches">Mismatches of live requests.</param>
/// <param name="ReplayedMatches">Matches of recorded requests.</param>
/// <param name="ReplayedMismatches">Mismatches of recorded requests.</param>
public sealed record StatusEvidence(string Status, long Matches, long Mismatches, long ReplayedMatches, long ReplayedMismatches)
{
    /// <summary>Live requests that were judged.</summary>
    public long Compared => Matches + Mismatches;

    /// <summary>Recorded requests that were judged.</summary>
    public long Replayed => ReplayedMatches + ReplayedMismatches;
}
