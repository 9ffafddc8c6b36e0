using Strangler.Evidence.Sampling;

namespace Strangler.Stages.Judging;

/// <summary>What one endpoint, or several together, have seen over one span.</summary>
/// <param name="Scope">The endpoint, or all.</param>
/// <param name="Seconds">How long the span is.</param>
/// <param name="Legacy">The legacy's answers; where too few fall into the span, the latest that there are.</param>
/// <param name="Service">The service's answers.</param>
/// <param name="Comparisons">What was compared; a failure there is a mismatch.</param>
internal sealed record CanaryWindow(string Scope, int Seconds, SideWindow Legacy, SideWindow Service, SideWindow Comparisons)
{
    // A few hundred values say what thousands would: the pairs grow with the square.
    private const int Most = 250;

    /// <summary>The service's latencies and the legacy's, each less the legacy's median at its endpoint, so that endpoints of different speed can be put together.</summary>
    public required (double[] Service, double[] Legacy) Latencies { get; init; }

    /// <summary>The mean of the service's latencies over what the legacy's mean would be for the same requests.</summary>
    public required double? MeanRatio { get; init; }

    public static CanaryWindow Of(string scope, int seconds, EndpointSamples samples, long since, long now, int least)
    {
        var from = Math.Max(since, now - seconds + 1);
        var (legacy, service) = (samples.On(Side.Legacy).Between(now - seconds + 1, now, 1), samples.On(Side.Service).Between(from, now, 1));
        // At a large share few clients are left on the legacy, and at 100 % none: its latest answers stand for it then.
        if (legacy.Answered < least || legacy.Latencies.Count < least) legacy = samples.On(Side.Legacy).Between(0, now, double.MaxValue);
        var centre = Median(legacy.Latencies) ?? 0;
        return new CanaryWindow(scope, seconds, legacy, service, samples.Comparisons.Between(from, now, double.MaxValue))
        {
            Latencies = (Less(service, centre), Less(legacy, centre)),
            MeanRatio = Ratio(service.Latencies.Sum(static l => l.Milliseconds), legacy.Latencies.Count == 0 ? 0 : service.Latencies.Count * legacy.Latencies.Average(static l => l.Milliseconds)),
        };
    }

    public static CanaryWindow Of(int seconds, IReadOnlyList<CanaryWindow> endpoints)
    {
        var both = endpoints.Where(static e => e.Legacy.Latencies.Count > 0 && e.Service.Latencies.Count > 0).ToArray();
        return new CanaryWindow(CanaryFigures.All, seconds, Sum(static e => e.Legacy), Sum(static e => e.Service), Sum(static e => e.Comparisons))
        {
            Latencies = ([.. both.SelectMany(static e => e.Latencies.Service)], [.. both.SelectMany(static e => e.Latencies.Legacy)]),
            MeanRatio = Ratio(
                both.Sum(static e => e.Service.Latencies.Sum(static l => l.Milliseconds)),
                both.Sum(static e => e.Service.Latencies.Count * e.Legacy.Latencies.Average(static l => l.Milliseconds))),
        };

        SideWindow Sum(Func<CanaryWindow, SideWindow> part) => SideWindow.Of([.. endpoints.Select(part)]);
    }

    /// <summary>The latencies, evenly thinned where there are many.</summary>
    public (double[] Service, double[] Legacy) Thinned() => (Thin(Latencies.Service), Thin(Latencies.Legacy));

    public CanaryFigures Figures(double needed) => new(Scope, Seconds, Of(Legacy), Of(Service), Comparisons.Answered, Comparisons.Failed) { NeededZ = needed, MeanRatio = MeanRatio };

    public static double? Median(IReadOnlyCollection<TimedLatency> latencies)
    {
        if (latencies.Count == 0) return null;
        var sorted = latencies.Select(static l => l.Milliseconds).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static SideFigures Of(SideWindow side) => new(side.Answered, side.Failed, Median(side.Latencies));

    private static double[] Less(SideWindow side, double centre) => [.. side.Latencies.Select(l => l.Milliseconds - centre)];

    private static double? Ratio(double service, double legacy) => legacy > 0 ? service / legacy : null;

    private static double[] Thin(double[] values) =>
        values.Length <= Most ? values : [.. Enumerable.Range(0, Most).Select(i => values[(int)((long)i * values.Length / Most)])];
}
