using Strangler.Stages;

namespace Strangler.Evidence.Sampling;

/// <summary>What is remembered of one endpoint's last minute: both sides' answers, and how those that were compared came out.</summary>
internal sealed class EndpointSamples(TimeProvider time)
{
    private readonly SideSamples _legacy = new();
    private readonly SideSamples _service = new();
    // The same buckets serve for comparisons: a failure is a mismatch there.
    private readonly SideSamples _compared = new();

    public SideSamples On(Side side) => side == Side.Legacy ? _legacy : _service;

    public SideSamples Comparisons => _compared;

    public Sample Begin(Side side) => new(On(side), time);

    public void Compared(bool match)
    {
        var bucket = _compared.At(Now(time));
        if (match) bucket.Answer(0);
        else bucket.Fail();
    }

    public static long Now(TimeProvider time) => time.GetTimestamp() / time.TimestampFrequency;
}
