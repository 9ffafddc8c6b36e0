namespace Sync;

internal static class SyncHeaders
{
    public const string Key = "Strangler-Key";
    public const string NotOwner = "Strangler-Not-Owner";

    /// <summary>On a request: run it dry for the module named. On the answer: how that went.</summary>
    public const string DryRun = "Strangler-Dry-Run";

    /// <summary>How far the state was that a dry run has seen.</summary>
    public const string Applied = "Strangler-Applied";

    /// <summary>On a request: tell what it changed. On the answer: the change messages.</summary>
    public const string Changes = "Strangler-Changes";
}
