namespace Strangler.Forwarding;

/// <summary>How much may be kept of all bodies together. Whoever takes gives back.</summary>
/// <param name="most">Bytes, asked for each time: a plan that is read again may change it.</param>
internal sealed class ByteBudget(Func<long> most)
{
    private long _taken;

    public long Taken => Volatile.Read(ref _taken);

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= most()) return true;
        GiveBack(bytes);
        return false;
    }

    public void GiveBack(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
