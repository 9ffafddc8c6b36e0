using Sync.Capture;

namespace Sync.Ownership;

internal sealed class ModuleReads(ModuleRegistry registry, OwnershipStore ownerships) : IModuleReads
{
    public ModuleReadMode ModeOf(string moduleName)
    {
        if (registry.Find(moduleName) is null) throw new ArgumentException($"The module '{moduleName}' is not declared.", nameof(moduleName));
        return ownerships.LastSeen(moduleName) is { Detached: true } or { State: OwnerState.Retired } ? ModuleReadMode.Remote : ModuleReadMode.Local;
    }
}
