using Strangler.Evidence.Sampling;

namespace Strangler.Stages.Judging;

/// <summary>What one endpoint has seen over one span.</summary>
/// <param name="Id">The endpoint.</param>
/// <param name="Legacy">The legacy's answers of so many seconds; all that are left when they are more than a minute.</param>
/// <param name="Service">The service's answers in the span.</param>
/// <param name="Comparisons">What was compared in the span; a failure there is a mismatch.</param>
internal sealed record EndpointSpan(string Id, Func<int, SideWindow> Legacy, SideWindow Service, SideWindow Comparisons)
{
    private const double Overdue = 1;

    public static EndpointSpan Of(string id, EndpointSamples samples, int seconds, long began, long now)
    {
        var since = Math.Max(began, now - seconds + 1);
        return new EndpointSpan(id, Legacy, samples.On(Side.Service).Between(since, now, Overdue), samples.Comparisons.Between(since, now, double.MaxValue));

        SideWindow Legacy(int back) => back > SideSamples.Seconds
            ? samples.On(Side.Legacy).Between(0, now, double.MaxValue)
            : samples.On(Side.Legacy).Between(now - back + 1, now, Overdue);
    }
}

/// <summary>What is judged: one endpoint over one span, or several together.</summary>
/// <param name="Scope">The endpoint, or all.</param>
/// <param name="Seconds">How long the span is.</param>
/// <param name="Legacy">The legacy's answers.</param>
/// <param name="Service">The service's answers.</param>
/// <param name="Comparisons">What was compared; a failure there is a mismatch.</param>
internal sealed record CanaryWindow(string Scope, int Seconds, SideWindow Legacy, SideWindow Service, SideWindow Comparisons)
{
    // A few hundred values say what thousands would: the pairs grow with the square.
    private const int Most = 250;

    /// <summary>The latencies of both sides less the legacy's median at their endpoint, so that endpoints of different speed can be put together; thinned where there are many.</summary>
    public required (double[] Service, double[] Legacy) Latencies { get; init; }

    /// <summary>The mean of the service's latencies over what the legacy's would be for the same requests.</summary>
    public required double? MeanRatio { get; init; }

    public static CanaryWindow Of(string scope, int seconds, IReadOnlyList<EndpointSpan> spans, int least)
    {
        var legacies = LegacyOf(seconds, spans, least);
        var both = spans.Zip(legacies, static (span, legacy) => (span.Service, Legacy: legacy)).Where(static e => e.Service.Latencies.Count > 0 && e.Legacy.Latencies.Count > 0)
            .Select(static e => (e.Service, e.Legacy, Centre: Median(e.Legacy.Latencies)!.Value)).ToArray();
        var usual = both.Sum(static e => e.Service.Latencies.Count * e.Legacy.Latencies.Average(static l => l.Milliseconds));
        return new CanaryWindow(scope, seconds, SideWindow.Of(legacies), SideWindow.Of([.. spans.Select(static s => s.Service)]), SideWindow.Of([.. spans.Select(static s => s.Comparisons)]))
        {
            Latencies = (Thin([.. both.SelectMany(static e => Less(e.Service, e.Centre))]), Thin([.. both.SelectMany(static e => Less(e.Legacy, e.Centre))])),
            MeanRatio = usual > 0 ? both.Sum(static e => e.Service.Latencies.Sum(static l => l.Milliseconds)) / usual : null,
        };
    }

    /// <summary>
    /// The legacy's answers in the span; where they are too few, of as much longer as it takes. What makes both sides slow at this moment is not to be held against
    /// one, but at a large share few clients are left on the legacy, and at 100 % none: its last answers stand for it then.
    /// </summary>
    private static SideWindow[] LegacyOf(int seconds, IReadOnlyList<EndpointSpan> spans, int least)
    {
        for (var back = seconds; ; back *= 2)
        {
            SideWindow[] legacies = [.. spans.Select(s => s.Legacy(back))];
            if (back > SideSamples.Seconds || (legacies.Sum(static l => l.Answered) >= least && legacies.Sum(static l => l.Latencies.Count) >= least)) return legacies;
        }
    }

    public CanaryFigures Figures(double needed) => new(Scope, Seconds, Of(Legacy), Of(Service), Comparisons.Answered, Comparisons.Failed) { NeededZ = needed, MeanRatio = MeanRatio };

    public static double? Median(IReadOnlyCollection<TimedLatency> latencies)
    {
        if (latencies.Count == 0) return null;
        var sorted = latencies.Select(static l => l.Milliseconds).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static SideFigures Of(SideWindow side) => new(side.Answered, side.Failed, Median(side.Latencies));

    private static IEnumerable<double> Less(SideWindow side, double centre) => side.Latencies.Select(l => l.Milliseconds - centre);

    private static double[] Thin(double[] values) =>
        values.Length <= Most ? values : [.. Enumerable.Range(0, Most).Select(i => values[(int)((long)i * values.Length / Most)])];
}
