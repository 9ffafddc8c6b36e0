namespace Strangler.Stages.Judging;

/// <summary>What the judge has measured and thinks of it.</summary>
/// <param name="At">When it looked.</param>
/// <param name="Figures">The whole window: all endpoints together first, then each that was asked.</param>
/// <param name="Breach">Why the reads are to go back; null while there is no reason.</param>
internal sealed record CanaryVerdict(DateTimeOffset At, IReadOnlyList<CanaryFigures> Figures, CanaryBreach? Breach);

/// <summary>In what the service is worse.</summary>
internal enum BreachKind
{
    /// <summary>More of its answers are failures.</summary>
    Errors,

    /// <summary>It answers otherwise than the legacy.</summary>
    Mismatches,

    /// <summary>It takes longer.</summary>
    Latency,
}

/// <summary>A reason to take the reads back.</summary>
/// <param name="Kind">In what the service is worse.</param>
/// <param name="Scope">The endpoint, or all.</param>
/// <param name="Since">When the first answer that counts against the service was given.</param>
/// <param name="Reason">The reason in words, with its numbers.</param>
/// <param name="Figures">The numbers.</param>
internal sealed record CanaryBreach(BreachKind Kind, string Scope, DateTimeOffset Since, string Reason, CanaryFigures Figures);

/// <summary>The numbers of one endpoint, or of all together, over one span.</summary>
internal sealed record CanaryFigures(string Scope, double Seconds, SideFigures Legacy, SideFigures Service, long Compared, long Mismatched)
{
    public const string All = "all endpoints";

    /// <summary>The z of the two shares of failures, positive where the service's is larger.</summary>
    public double ErrorZ { get; init; }

    /// <summary>The z of the two samples of latencies, positive where the service's are longer.</summary>
    public double LatencyZ { get; init; }

    /// <summary>The z above which something is said to be so.</summary>
    public double NeededZ { get; init; }

    /// <summary>By how many milliseconds the service's latencies are longer; null where nothing can be told.</summary>
    public double? Shift { get; init; }

    /// <summary>The least that the shift is, at the judge's confidence.</summary>
    public double? ShiftLower { get; init; }

    /// <summary>The ratio of the mean latencies, service to legacy.</summary>
    public double? MeanRatio { get; init; }
}

/// <summary>One side's numbers.</summary>
/// <param name="Answered">Answers, failures among them.</param>
/// <param name="Failed">Statuses of 500 and above, answers that broke off, and reads that the legacy had to answer.</param>
/// <param name="MedianMilliseconds">The median latency; null without one.</param>
internal sealed record SideFigures(long Answered, long Failed, double? MedianMilliseconds);
