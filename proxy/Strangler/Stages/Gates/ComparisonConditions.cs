using System.Globalization;
using Strangler.Evidence;
using Strangler.Evidence.Statistics;
using Strangler.Plan;

namespace Strangler.Stages.Gates;

/// <summary>What the comparisons of one endpoint must show before clients are sent to the service: enough of them, and for each class of status enough matches, for sure.</summary>
internal static class ComparisonConditions
{
    public static IReadOnlyList<Condition> Of(PlannedModule module, PlannedEndpoint endpoint, EndpointEvidence seen)
    {
        if (endpoint.Waived is { } why) return [new Condition($"comparisons of {endpoint.Id}", "waived in the plan", $"waived: {why}", true, "")];
        var judged = seen.ByStatus.Sum(static s => s.Compared + s.Replayed);
        if (endpoint.Writes && judged == 0) return WithoutDryRuns(module, endpoint, seen);
        return judged == 0
            ? [Count(module, endpoint, seen), Unseen(module, endpoint)]
            : [Count(module, endpoint, seen), .. seen.ByStatus.Select(status => MatchRate(module, endpoint, status))];
    }

    // A service that cannot run its write without an effect will not learn it by waiting; where dry runs have only come too late so far, more traffic helps.
    private static IReadOnlyList<Condition> WithoutDryRuns(PlannedModule module, PlannedEndpoint endpoint, EndpointEvidence seen)
    {
        if (module.Gates.MinimumDryRuns == 0) return [];
        var unsupported = seen.Counts[ComparisonClass.Unsupported];
        return unsupported > 0
            ? [new Condition($"dry runs of {endpoint.Id}", "where they can be had", $"the service supports none ({Text(unsupported)} tried)", true, "")]
            : [Count(module, endpoint, seen)];
    }

    private static Condition Count(PlannedModule module, PlannedEndpoint endpoint, EndpointEvidence seen)
    {
        var (live, replayed) = (seen.ByStatus.Sum(static s => s.Compared), seen.ByStatus.Sum(static s => s.Replayed));
        var (least, field) = endpoint.Writes ? (module.Gates.MinimumDryRuns, "minimumDryRuns") : (module.Gates.MinimumComparisons, "minimumComparisons");
        return new Condition(
            $"{(endpoint.Writes ? "dry runs" : "comparisons")} of {endpoint.Id}", $"at least {Text(least)}", replayed == 0 ? Text(live) : $"{Text(live + replayed)} ({Text(live)} live, {Text(replayed)} replayed)", live + replayed >= least,
            $"Let more requests to {endpoint.Method} {endpoint.Template} pass, or lower gates.{field} in the plan.");
    }

    private static Condition Unseen(PlannedModule module, PlannedEndpoint endpoint) => new(
        $"match rate of {endpoint.Id}", string.Create(CultureInfo.InvariantCulture, $"at least {module.Gates.MinimumMatchRate}"), "no comparisons", module.Gates.MinimumComparisons == 0,
        $"Let requests to {endpoint.Method} {endpoint.Template} pass.");

    private static Condition MatchRate(PlannedModule module, PlannedEndpoint endpoint, StatusEvidence status)
    {
        var gates = module.Gates;
        var (matches, judged) = (status.Matches + status.ReplayedMatches, status.Compared + status.Replayed);
        var (rate, least) = ((double)matches / judged, (long)(endpoint.Writes ? gates.MinimumDryRuns : gates.MinimumComparisons));
        var name = status.Status == "other" ? $"match rate of {endpoint.Id}" : $"match rate of {endpoint.Id}, {status.Status}";
        // An answer that is given now and then proves little by itself, but is no excuse for a difference.
        if (judged < least)
            return new Condition(name, "no mismatch while they are few", $"{Text(matches)} of {Text(judged)} match", matches == judged, Look);

        // So many comparisons as the plan asks for can show so much and no more, even when all of them match.
        var needed = Math.Min(gates.MinimumMatchRate, Proportions.WilsonLower(least, least, gates.Confidence));
        var lower = Proportions.WilsonLower(matches, judged, gates.Confidence);
        var enough = rate >= gates.MinimumMatchRate;
        return new Condition(
            name, string.Create(CultureInfo.InvariantCulture, $"at least {gates.MinimumMatchRate}, above {needed:0.####} for sure"),
            string.Create(CultureInfo.InvariantCulture, $"{rate:0.#####} ({Text(matches)} of {Text(judged)}), above {lower:0.####} for sure"),
            enough && lower >= needed - 1e-9, enough ? "Let more requests pass: the match rate is high enough, but not certain enough." : Look);
    }

    private const string Look =
        "Look at 'strangler mismatches MODULE'; mend the service and count anew ('strangler rollback MODULE --to Syncing', then advance), or name what may differ in the plan.";

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
