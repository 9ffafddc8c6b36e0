namespace Strangler.Stages.Sides;

/// <summary>What a side says about a module: the answer of <c>GET /_sync/modules/{module}</c>.</summary>
internal sealed record SideStatus(
    string Module,
    string Side,
    string State,
    long Epoch,
    bool Capture,
    bool Detached,
    long Position,
    long Acknowledged,
    long Pending,
    long Parked,
    double LagSeconds,
    BackfillStatus? Backfill,
    ReconcileStatus? Reconcile,
    ForeignReads? ForeignReads)
{
    public bool IsOwner => State == "owner";

    public bool IsFenced => State == "fenced";

    public bool IsRetired => State == "retired";
}

/// <summary>Progress of the first copy.</summary>
internal sealed record BackfillStatus(
    string State, long Rows, long Total, double RowsPerSecond, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, string? Error);

/// <summary>Progress and result of the comparison of both sides' data.</summary>
internal sealed record ReconcileStatus(
    string State, long Rows, double RowsPerSecond, long Differences, long Repaired, IReadOnlyList<DifferenceExample>? Examples,
    DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, string? Error);

/// <summary>One difference.</summary>
internal sealed record DifferenceExample(string Entity, string Key, IReadOnlyList<string>? Fields);

/// <summary>Queries on the module's tables by others than the module itself.</summary>
internal sealed record ForeignReads(long Count, DateTimeOffset? LastAt);

/// <summary>The answer to a fence.</summary>
internal sealed record FenceAnswer(long Epoch, long Position, IReadOnlyDictionary<string, long>? Keys);

/// <summary>The answer to a drain.</summary>
internal sealed record DrainAnswer(bool Drained, long Acknowledged, long Parked);
