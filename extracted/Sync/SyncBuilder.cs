using Sync.Capture;
using Sync.Databases;
using Sync.Databases.PostgreSql;
using Sync.Databases.Sqlite;
using Sync.Databases.SqlServer;

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

    /// <summary>Keeps the sync tables in the PostgreSQL database that also holds the modules' tables. They are made in the first schema of its search path.</summary>
    /// <param name="connectionString">The connection string, which names a host and a database.</param>
    /// <exception cref="ArgumentException">The connection string names no host or no database.</exception>
    public SyncBuilder UsePostgreSql(string connectionString)
    {
        Dialect = new PostgreSqlDialect(connectionString);
        return this;
    }

    /// <summary>
    /// Keeps the sync tables in the SQL Server database that also holds the modules' tables. Backfill and reconcile read in snapshot isolation: the database is told to
    /// allow it when the tables are made; READ_COMMITTED_SNAPSHOT is advised, so that readers and writers do not wait for each other.
    /// </summary>
    /// <param name="connectionString">The connection string, which names a server and a database.</param>
    /// <exception cref="ArgumentException">The connection string names no server or no database.</exception>
    public SyncBuilder UseSqlServer(string connectionString)
    {
        Dialect = new SqlServerDialect(connectionString);
        return this;
    }

    /// <summary>Picks the database by name, as a configuration does.</summary>
    /// <param name="provider"><c>sqlite</c>, <c>postgresql</c> or <c>sqlserver</c>, in any case.</param>
    /// <param name="connectionString">The connection string for it.</param>
    /// <exception cref="ArgumentException">The name is none of these, or the connection string does not fit.</exception>
    public SyncBuilder UseDatabase(string provider, string connectionString) => provider?.ToLowerInvariant() switch
    {
        "sqlite" => UseSqlite(connectionString),
        "postgresql" => UsePostgreSql(connectionString),
        "sqlserver" => UseSqlServer(connectionString),
        _ => throw new ArgumentException($"Database:Provider is '{provider}', which sync does not know. Set it to 'sqlite', 'postgresql' or 'sqlserver'.", nameof(provider)),
    };

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
