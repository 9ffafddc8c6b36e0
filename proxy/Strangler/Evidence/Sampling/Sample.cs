namespace Strangler.Evidence.Sampling;

/// <summary>One request to one side, from when it is sent on until its answer has been passed on. What is not ended is forgotten when it is disposed of.</summary>
internal sealed class Sample : IDisposable
{
    private readonly SideSamples? _side;
    private readonly SecondBucket? _began;
    private readonly TimeProvider? _time;
    private readonly long _started;
    private bool _over;

    public Sample(SideSamples side, TimeProvider time)
    {
        (_side, _time, _started) = (side, time, time.GetTimestamp());
        _began = side.At(_started / time.TimestampFrequency);
        _began.Begin();
    }

    private Sample() => _over = true;

    /// <summary>A request of which nothing is kept.</summary>
    public static Sample None { get; } = new();

    /// <summary>The side has answered.</summary>
    public void Answered()
    {
        if (!Over()) _side!.At(EndpointSamples.Now(_time!)).Answer((float)_time!.GetElapsedTime(_started).TotalMilliseconds);
    }

    /// <summary>The side has not answered, or with a failure.</summary>
    public void Failed()
    {
        if (!Over()) _side!.At(EndpointSamples.Now(_time!)).Fail();
    }

    public void Dispose() => Over();

    private bool Over()
    {
        if (_over) return true;
        _over = true;
        _began!.End();
        return false;
    }
}
