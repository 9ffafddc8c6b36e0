using System.Collections.Concurrent;
using System.Globalization;
using Strangler.Evidence;
using Strangler.Evidence.Sampling;
using Strangler.Evidence.Statistics;
using Strangler.Plan;

namespace Strangler.Stages.Judging;

/// <summary>
/// Says whether the service is worse than the legacy in what clients meet at <see cref="Stage.Canary"/>: failures by the test of two proportions, latencies by that
/// of Mann and Whitney with an effect size as Kayenta asks for, answers by the exact test of what the gate allows. Moves nothing itself.
/// </summary>
internal sealed class CanaryJudge(EvidenceLedger evidence, TimeProvider time)
{
    // Looks follow each other closely, and each could be wrong by chance: together, over an hour, they may be so with the plan's probability (Bonferroni).
    private const int LooksAnHour = 3600;
    private const int FewestFailures = 5;
    private readonly ConcurrentDictionary<string, long> _began = new(StringComparer.Ordinal);

    /// <summary>Looks at a module's last seconds; null when it is not at <see cref="Stage.Canary"/>.</summary>
    public CanaryVerdict? Judge(PlannedModule module, ModuleState state)
    {
        if (state.Stage != Stage.Canary)
        {
            _began.TryRemove(module.Name, out _);
            return null;
        }

        var now = EndpointSamples.Now(time);
        // What was compared before, at Shadow, was judged by the gate.
        var began = _began.GetOrAdd(module.Name, now);
        var asked = module.Endpoints.Where(e => !e.Writes && state.StageOf(e.Id) == Stage.Canary).Select(e => (e.Id, Samples: evidence.Samples.Of(e.Id))).Where(static e => e.Samples is not null).ToArray();
        int[] spans = [.. new[] { 5, 10, (int)module.Canary.Window.TotalSeconds }.Distinct()];
        var needed = NormalDistribution.UpperQuantile((1 - module.Canary.Confidence) / ((double)LooksAnHour * spans.Length * (asked.Length + 1)));
        IReadOnlyList<CanaryFigures> figures = [];
        CanaryBreach? breach = null;
        foreach (var span in spans)
        {
            var endpoints = asked.Select(e => EndpointSpan.Of(e.Id, e.Samples!, span, began, now)).ToArray();
            // All together first: it has the most samples.
            var measured = endpoints.Select(e => CanaryWindow.Of(e.Id, span, [e], module.Canary.MinimumSamples)).Prepend(CanaryWindow.Of(CanaryFigures.All, span, endpoints, module.Canary.MinimumSamples))
                .Select(window => Measure(window, module, needed, now)).ToArray();
            figures = [.. measured.Select(static m => m.Figures)];
            breach ??= measured.Select(static m => m.Breach).FirstOrDefault(static b => b is not null);
        }

        return new CanaryVerdict(time.GetUtcNow(), figures, breach);
    }

    private (CanaryFigures Figures, CanaryBreach? Breach) Measure(CanaryWindow window, PlannedModule module, double needed, long now)
    {
        var (limits, legacy, service) = (module.Canary, window.Legacy, window.Service);
        var figures = window.Figures(needed) with { ErrorZ = Proportions.TwoProportionZ(service.Failed, service.Answered, legacy.Failed, legacy.Answered) };
        var (slower, faster) = window.Latencies;
        if (slower.Length >= limits.MinimumSamples && faster.Length >= limits.MinimumSamples)
        {
            figures = figures with { LatencyZ = MannWhitney.Of(slower, faster).Z };
            // The shift costs all pairs, and is of interest only where there is one.
            if (figures.LatencyZ >= needed && MannWhitney.Shift(slower, faster, needed) is var shift)
                figures = figures with { Shift = shift.Estimate, ShiftLower = double.IsFinite(shift.Lower) ? shift.Lower : null };
        }

        if (Errors(figures, limits)) return (figures, Breach(BreachKind.Errors, service.FailedFirst ?? now, InWords.Errors(figures)));
        if (Mismatches(figures, module, needed)) return (figures, Breach(BreachKind.Mismatches, window.Comparisons.FailedFirst ?? now, InWords.Mismatches(figures, module.Gates.MinimumMatchRate)));
        if (Latency(figures, limits)) return (figures, Breach(BreachKind.Latency, FirstSlow(window, limits) ?? now, InWords.Latency(figures)));
        return (figures, null);

        CanaryBreach Breach(BreachKind kind, long since, string reason) =>
            new(kind, window.Scope, time.GetUtcNow() - TimeSpan.FromSeconds((double)time.GetTimestamp() / time.TimestampFrequency - since), reason, figures);
    }

    private static bool Errors(CanaryFigures figures, CanaryLimits limits) =>
        figures.Service.Answered >= limits.MinimumSamples && figures.Legacy.Answered >= limits.MinimumSamples && figures.Service.Failed >= FewestFailures
        && figures.ErrorZ >= figures.NeededZ
        && (double)figures.Service.Failed / figures.Service.Answered - (double)figures.Legacy.Failed / figures.Legacy.Answered > limits.MaximumErrorIncrease;

    private static bool Mismatches(CanaryFigures figures, PlannedModule module, double needed) =>
        figures.Compared >= module.Canary.MinimumSamples
        && Proportions.BinomialUpperTail(figures.Mismatched, figures.Compared, 1 - module.Gates.MinimumMatchRate) < NormalDistribution.UpperTail(needed);

    // Kayenta: the interval of the shift lies above a share of the shift, and the effect is large enough; here above what concerns anybody, too.
    private static bool Latency(CanaryFigures figures, CanaryLimits limits) =>
        figures is { Shift: { } shift, ShiftLower: { } lower, MeanRatio: { } ratio }
        && lower > limits.Tolerance * Math.Abs(shift) && ratio > limits.MaximumLatencyRatio && lower >= limits.MinimumSlowdown.TotalMilliseconds;

    // A single slow answer is nothing unusual: the first second counts in which most were slow.
    private static long? FirstSlow(CanaryWindow window, CanaryLimits limits)
    {
        var slow = (CanaryWindow.Median(window.Legacy.Latencies) ?? 0) + limits.MinimumSlowdown.TotalMilliseconds;
        return window.Service.Latencies.GroupBy(static l => l.Second).Where(second => CanaryWindow.Median([.. second]) >= slow).Min(static second => (long?)second.Key);
    }
}

/// <summary>A breach in the operator's words.</summary>
internal static class InWords
{
    public static string Errors(CanaryFigures f) => string.Create(
        CultureInfo.InvariantCulture, $"The service fails more often, {Where(f)}: {f.Service.Failed} of {f.Service.Answered} answers against {f.Legacy.Failed} of {f.Legacy.Answered} of the legacy (z {f.ErrorZ:0.0}, needed {f.NeededZ:0.0}).");

    public static string Mismatches(CanaryFigures f, double rate) => string.Create(
        CultureInfo.InvariantCulture, $"The service answers otherwise, {Where(f)}: {f.Mismatched} of {f.Compared} comparisons differ, where the gate asks for a match rate of {rate}.");

    public static string Latency(CanaryFigures f) => string.Create(
        CultureInfo.InvariantCulture,
        $"The service is slower, {Where(f)}: by {f.Shift:0} ms, at least {f.ShiftLower:0} ms; median {f.Service.MedianMilliseconds:0} ms against {f.Legacy.MedianMilliseconds:0} ms of the legacy, mean {f.MeanRatio:0.0} times (z {f.LatencyZ:0.0}, needed {f.NeededZ:0.0}).");

    private static string Where(CanaryFigures f) => string.Create(CultureInfo.InvariantCulture, $"{f.Scope}, last {f.Seconds} s");
}
