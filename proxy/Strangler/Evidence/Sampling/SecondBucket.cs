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
        else if (Place(nth) is var place and < Kept) _latencies[place] = milliseconds;
    }

    /// <summary>
    /// Any of the first n places, each as likely: the mixing of SplitMix64 (Steele, Lea and Flood, 2014) over second and number. The same traffic leaves the same choice, so that
    /// a verdict can be repeated.
    /// </summary>
    private int Place(int nth)
    {
        var mixed = unchecked(((ulong)second << 32 | (uint)nth) * 0x9E3779B97F4A7C15);
        mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9);
        mixed = unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB);
        return (int)((mixed ^ (mixed >> 31)) % (uint)nth);
    }
}
