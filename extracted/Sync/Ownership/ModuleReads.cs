namespace Sync.Ownership;

internal sealed class ModuleReads : IModuleReads
{
    public ModuleReadMode ModeOf(string moduleName) => ModuleReadMode.Local;
}
