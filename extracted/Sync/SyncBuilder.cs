using Sync.Capture;
using Sync.Databases;
using Sync.Databases.Sqlite;

namespace Sync;

/// <summary>Says where the sync tables live and which modules take part.</summary>
public sealed class SyncBuilder
{
    private readonly List<ModuleMap> _modules = [];

    internal IReadOnlyList<ModuleMap> Modules => _modules;

    internal IDialect? Dialect { get; private set; }

    /// <summary>Keeps the sync tables in the SQLite file that also holds the modules' tables: one transaction covers both.</summary>
    /// <param name="connectionString">The connection string of the file. A database in memory is refused, because the relay needs connections of its own.</param>
    /// <exception cref="ArgumentException">The connection string names no file.</exception>
    public SyncBuilder UseSqlite(string connectionString)
    {
        Dialect = new SqliteDialect(connectionString);
        return this;
    }

    /// <summary>Declares a module.</summary>
    /// <param name="name">The module's name, as the plan knows it.</param>
    /// <param name="configure">Declares the module's context and entities.</param>
    /// <exception cref="ArgumentException">The module is declared already, or has no context or no entity.</exception>
    public SyncBuilder Module(string name, Action<ModuleBuilder> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        if (_modules.Exists(module => module.Name == name))
            throw new ArgumentException($"The module '{name}' is declared twice.", nameof(name));
        var builder = new ModuleBuilder(name);
        configure(builder);
        _modules.Add(builder.Build());
        return this;
    }
}
