namespace Strangler.Plan;

/// <summary>What the judge of the canary asks for, with the defaults. It takes a module's reads back to the legacy when the service is worse.</summary>
public sealed record CanaryLimits
{
    /// <summary>False: nobody takes the reads back but the operator.</summary>
    /// <value>true</value>
    public bool Judge { get; init; } = true;

    /// <summary>How far back the judge looks at most, 10 to 60 seconds. It looks at the last 5 and 10 seconds too, to be quick where there is enough traffic.</summary>
    /// <value>1 minute</value>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Answers of each side, and comparisons, below which nothing is judged.</summary>
    /// <value>20</value>
    public int MinimumSamples { get; init; } = 20;

    /// <summary>How sure the judge must be over one hour of looks at all endpoints together, 0.5 to 1.</summary>
    /// <value>0.98</value>
    public double Confidence { get; init; } = 0.98;

    /// <summary>The service is slower when the lower bound of the shift of its latencies is above this share of the shift itself (Kayenta's tolerance).</summary>
    /// <value>0.25</value>
    public double Tolerance { get; init; } = 0.25;

    /// <summary>The ratio of the mean latencies, service to legacy, up to which the service is not too slow (Kayenta's effect size).</summary>
    /// <value>1.25</value>
    public double MaximumLatencyRatio { get; init; } = 1.25;

    /// <summary>A shift of the latencies that is smaller than this concerns nobody.</summary>
    /// <value>20 milliseconds</value>
    public TimeSpan MinimumSlowdown { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How much larger than the legacy's the service's share of failures may be, 0 to 1.</summary>
    /// <value>0.01</value>
    public double MaximumErrorIncrease { get; init; } = 0.01;
}
