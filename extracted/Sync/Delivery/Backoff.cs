namespace Sync.Delivery;

/// <summary>The wait before the next attempt: it doubles up to a limit.</summary>
internal static class Backoff
{
    public static TimeSpan After(int attempts, SyncOptions options)
    {
        var doubled = options.InitialBackoff.TotalMilliseconds * Math.Pow(2, Math.Min(attempts, 30));
        return TimeSpan.FromMilliseconds(Math.Min(doubled, options.MaximumBackoff.TotalMilliseconds));
    }
}
