namespace Sync.Capture;

/// <summary>Marks what sync itself does through the host's contexts, so that it is neither guarded nor counted.</summary>
internal static class SyncScope
{
    private static readonly AsyncLocal<bool> Own = new();

    public static bool IsOwn => Own.Value;

    public static Scope Enter()
    {
        Own.Value = true;
        return default;
    }

    public readonly struct Scope : IDisposable
    {
        public void Dispose() => Own.Value = false;
    }
}
