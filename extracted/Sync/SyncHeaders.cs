namespace Sync;

internal static class SyncHeaders
{
    public const string Key = "Strangler-Key";
    public const string NotOwner = "Strangler-Not-Owner";
}
