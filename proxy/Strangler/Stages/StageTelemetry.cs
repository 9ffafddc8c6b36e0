using System.Diagnostics.Metrics;

namespace Strangler.Stages;

/// <summary>The state machine's instruments on the meter <c>Strangler</c>.</summary>
internal sealed class StageTelemetry(IMeterFactory meters)
{
    private readonly Histogram<double> _pause = meters.Create(StranglerTelemetry.Name)
        .CreateHistogram<double>("strangler.switch.pause", "s", "How long writes were held by an ownership switch");

    public void Paused(string module, TimeSpan pause) => _pause.Record(pause.TotalSeconds, new KeyValuePair<string, object?>("module", module));
}
