using System.Globalization;
using Strangler.Evidence;
using Strangler.Plan;
using Strangler.Stages.Judging;
using Strangler.Stages.Store;

namespace Strangler.Stages.Gates;

/// <summary>What the judge of the canary has to say at a gate.</summary>
internal static class CanaryConditions
{
    private const string Mend = "Look at the service's log and mend it; the judge looks at the last seconds only, so that it comes round by itself.";

    /// <summary>That the service is no worse than the legacy now, with the numbers.</summary>
    public static IEnumerable<Condition> NoWorse(PlannedModule module, CanaryVerdict? verdict)
    {
        if (verdict?.Figures is not [var all, ..]) yield break;
        var least = module.Canary.MinimumSamples;
        var few = all.Service.Answered < least || all.Legacy.Answered < least ? $", fewer than {least}: nothing is said" : "";
        yield return Of("judge: failures", BreachKind.Errors, string.Create(
            CultureInfo.InvariantCulture, $"service {all.Service.Failed} of {all.Service.Answered}, legacy {all.Legacy.Failed} of {all.Legacy.Answered}, z {all.ErrorZ:0.0} of {all.NeededZ:0.0}{few}"));
        yield return Of("judge: latency", BreachKind.Latency, string.Create(
            CultureInfo.InvariantCulture, $"median: service {Ms(all.Service)}, legacy {Ms(all.Legacy)}, z {all.LatencyZ:0.0} of {all.NeededZ:0.0}{few}"));
        yield return Of("judge: answers", BreachKind.Mismatches, string.Create(CultureInfo.InvariantCulture, $"{all.Mismatched} of {all.Compared} comparisons differ"));

        Condition Of(string name, BreachKind kind, string measured) => verdict.Breach is { } breach && breach.Kind == kind
            ? new Condition(name, "no worse than the legacy", breach.Reason, false, Mend)
            : new Condition(name, "no worse than the legacy", string.Create(CultureInfo.InvariantCulture, $"last {all.Seconds} s: {measured}"), true, "");
    }

    /// <summary>That there is new evidence, after the judge has taken the reads back.</summary>
    public static Condition NewEvidence(PlannedModule module, IEnumerable<EndpointEvidence> seen, AuditEntry judged)
    {
        var compared = seen.Sum(static e => e.ByStatus.Sum(static s => s.Compared));
        var least = Math.Max(1, module.Gates.MinimumComparisons);
        return new Condition(
            "new evidence", string.Create(CultureInfo.InvariantCulture, $"at least {least:N0} comparisons since the judge took the reads back at {judged.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z"),
            string.Create(CultureInfo.InvariantCulture, $"{compared:N0}"), compared >= least, $"It said: {judged.Reason} Mend that, and let more requests be compared at Shadow.");
    }

    private static string Ms(SideFigures side) => side.MedianMilliseconds is { } median ? string.Create(CultureInfo.InvariantCulture, $"{median:0.0} ms") : "none";
}
