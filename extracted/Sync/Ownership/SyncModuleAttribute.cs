namespace Sync;

/// <summary>
/// Endpoint metadata: the endpoint belongs to the module. It answers 410 once the module is retired on this side, and its reads of the module's tables are not
/// counted as foreign. Put it on a page model or controller, or use <see cref="SyncEndpoints.WithSyncModule{TBuilder}"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class SyncModuleAttribute(string module) : Attribute
{
    /// <summary>The module's name.</summary>
    public string Module { get; } = module;
}
