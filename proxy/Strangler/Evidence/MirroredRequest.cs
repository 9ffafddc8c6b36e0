namespace Strangler.Evidence;

/// <summary>A mirrored request that waits for its class. It ends in one, once; where the evidence is counted anew meanwhile, it is no part of the new count.</summary>
internal sealed class MirroredRequest(MirrorCounts counts)
{
    private int _ended;

    /// <exception cref="InvalidOperationException">It has ended before.</exception>
    public void End(ComparisonClass outcome)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) throw new InvalidOperationException("A mirrored request ends in exactly one class.");
        counts.End(outcome);
    }
}
