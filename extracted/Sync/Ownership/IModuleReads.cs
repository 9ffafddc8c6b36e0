namespace Sync;

/// <summary>Where other modules of the legacy have to read a module's data.</summary>
public enum ModuleReadMode
{
    /// <summary>From the tables in this process's database.</summary>
    Local,

    /// <summary>From the service: the legacy is detached from the module's tables, or the module is retired here.</summary>
    Remote,
}

/// <summary>Tells other modules where to read a module's data. Cheap enough to ask on every request.</summary>
public interface IModuleReads
{
    /// <summary>Where to read now.</summary>
    /// <param name="moduleName">The module's name.</param>
    /// <exception cref="ArgumentException">The module is not declared.</exception>
    ModuleReadMode ModeOf(string moduleName);
}
