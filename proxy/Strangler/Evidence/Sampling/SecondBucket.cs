namespace Strangler.Evidence.Sampling;

/// <summary>What one side has answered in one second. Counts are exact; of the latencies a fair choice is kept, so that memory does not grow with the traffic.</summary>
internal sealed class SecondBucket(long second)
{
    public const int Kept = 16;
    private readonly float[] _latencies = new float[Kept];
    private int _measured;
    private int _started;
    private int _ended;
    private int _answered;
    private int _failed;

    public long Second => second;

    public int Answered => Volatile.Read(ref _answered);

    public int Failed => Volatile.Read(ref _failed);

    /// <summary>Requests that began in this second and have not been answered yet.</summary>
    public int Open => Math.Max(0, Volatile.Read(ref _started) - Volatile.Read(ref _ended));

    /// <summary>The latencies that are kept, in milliseconds.</summary>
    public ReadOnlySpan<float> Latencies => _latencies.AsSpan(0, Math.Min(Kept, Volatile.Read(ref _measured)));

    public void Begin() => Interlocked.Increment(ref _started);

    public void End() => Interlocked.Increment(ref _ended);

    public void Fail()
    {
        Interlocked.Increment(ref _answered);
        Interlocked.Increment(ref _failed);
    }

    /// <summary>Each of the second's latencies is kept with the same probability (reservoir sampling; Vitter's algorithm R).</summary>
    public void Answer(float milliseconds)
    {
        Interlocked.Increment(ref _answered);
        var nth = Interlocked.Increment(ref _measured);
        if (nth <= Kept) _latencies[nth - 1] = milliseconds;
        else if (Random.Shared.Next(nth) is var place and < Kept) _latencies[place] = milliseconds;
    }
}
