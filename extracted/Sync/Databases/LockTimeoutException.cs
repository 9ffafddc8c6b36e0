namespace Sync.Databases;

/// <summary>A lock was not given in time: nothing has been changed, and whoever held it goes on.</summary>
internal sealed class LockTimeoutException(string message, Exception? inner = null) : TimeoutException(message, inner)
{
    public static LockTimeoutException OfModule(string module, TimeSpan limit, string database, string look, Exception? inner = null) => new(
        $"A transaction that writes module '{module}' in {database} did not end within {limit.TotalSeconds:0.###} s, so that nothing was changed and the module goes on as before. " +
        $"Look for a long transaction ({look}), or raise Sync:FenceTimeout.", inner);
}
