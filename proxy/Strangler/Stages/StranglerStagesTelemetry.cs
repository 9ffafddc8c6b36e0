using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Strangler.Stages;

/// <summary>The state machine's part of the source and the meter named <c>Strangler</c>.</summary>
internal static class StranglerStagesTelemetry
{
    public static readonly ActivitySource Source = new("Strangler");

    private static readonly Meter Meter = new("Strangler");

    public static readonly Histogram<double> SwitchPause = Meter.CreateHistogram<double>("strangler.switch.pause", "ms", "How long writes were held by an ownership switch.");
}
