using System.Text.Json.Nodes;
using Strangler.Cli.Rehearse.Clients;
using Strangler.Cli.Rehearse.Way;

namespace Strangler.Cli.Rehearse.Report;

/// <summary>What a rehearsal has shown. Every number was measured in it.</summary>
internal sealed record Scoreboard
{
    /// <summary>True when every module has gone the whole way.</summary>
    public required bool Completed { get; init; }

    public required long Requests { get; init; }

    public required long Writes { get; init; }

    /// <summary>Requests without the expected answer.</summary>
    public required long Failed { get; init; }

    /// <summary>Acknowledged writes that a side does not hold.</summary>
    public required long Lost { get; init; }

    /// <summary>Answers that differ: from the legacy's, from what the client had written, or of the one side from the other's.</summary>
    public required long Differing { get; init; }

    /// <summary>Requests that were sent again; only with faults.</summary>
    public required long Retried { get; init; }

    /// <summary>Writes that cannot be repeated and whose answer a kill took away.</summary>
    public required long Interrupted { get; init; }

    /// <summary>Comparisons of both sides' answers by the proxy.</summary>
    public required long Compared { get; init; }

    public required Spread? PauseMilliseconds { get; init; }

    public required Spread? LagMilliseconds { get; init; }

    public required double? MedianWriteMilliseconds { get; init; }

    public required IReadOnlyList<CopyRate> Backfills { get; init; }

    public required IReadOnlyList<StageTime> Stages { get; init; }

    public required IReadOnlyList<OwnerSwitch> Switches { get; init; }

    public required double Seconds { get; init; }

    /// <summary>From the start of the command until everything answered.</summary>
    public required double StartSeconds { get; init; }

    public required Stopped? Stopped { get; init; }

    public required FindingLists Findings { get; init; }

    public bool IsGood => Completed && Failed == 0 && Lost == 0 && Differing == 0;
}

/// <summary>A distribution of what was measured.</summary>
/// <param name="P50">The median.</param>
/// <param name="P99">The 99th percentile.</param>
/// <param name="Of">How many measurements there are.</param>
internal sealed record Spread(double P50, double P99, int Of)
{
    public static Spread? From(IEnumerable<double> measured)
    {
        var sorted = measured.Order().ToArray();
        return sorted.Length == 0 ? null : new Spread(At(sorted, 0.5), At(sorted, 0.99), sorted.Length);
    }

    // The nearest rank: of a few measurements the 99th percentile is the largest.
    private static double At(double[] sorted, double share) => Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)], 1);
}

/// <summary>A copy from its beginning to its end.</summary>
internal sealed record CopyRate(string Copy, long Rows, double RowsPerSecond);

/// <summary>Why the migration did not go on.</summary>
/// <param name="Module">The module.</param>
/// <param name="Step">The step that was to be taken.</param>
/// <param name="Reason">What happened.</param>
/// <param name="Unmet">The conditions that were not met.</param>
internal sealed record Stopped(string? Module, string? Step, string Reason, IReadOnlyList<JsonObject> Unmet);

/// <summary>What was wrong, by endpoint, and the first of each kind.</summary>
internal sealed record FindingLists(FindingList Failed, FindingList Lost, FindingList Differing);

/// <summary>Findings of one kind.</summary>
internal sealed record FindingList(IReadOnlyDictionary<string, long> ByEndpoint, IReadOnlyList<Finding> First)
{
    public static FindingList Of(Findings findings) => new(findings.ByEndpoint, [.. findings.Examples.Take(10)]);
}
