using System.Data;
using System.Data.Common;
using Legacy.Web.Startup;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Web.Data.Databases;

/// <summary>What differs between the database products. Users see no difference.</summary>
public abstract class DatabaseKind
{
    public static readonly IReadOnlyList<DatabaseKind> All = [new SqliteKind(), new PostgreSqlKind(), new SqlServerKind()];

    /// <summary>The setting <c>Database:Provider</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Of explicit transactions.</summary>
    public virtual IsolationLevel Isolation => IsolationLevel.ReadCommitted;

    public static DatabaseKind Of(string provider) =>
        All.FirstOrDefault(kind => kind.Name.Equals(provider, StringComparison.OrdinalIgnoreCase))
        ?? throw new StartupException($"Database:Provider is '{provider}', which this program does not know.", $"Set it to one of {string.Join(", ", All.Select(kind => kind.Name))}.");

    /// <summary>Text is compared and sorted by its code points everywhere: the collation that does so, or null where the database does by itself.</summary>
    public static string? Collation(string? efProvider) => efProvider switch
    {
        "Npgsql.EntityFrameworkCore.PostgreSQL" => "C",
        "Microsoft.EntityFrameworkCore.SqlServer" => "Latin1_General_BIN2",
        _ => null,
    };

    public abstract DbConnection Connect(string connectionString);

    public abstract void Configure(DbContextOptionsBuilder options, DbConnection connection);

    /// <summary>Before the first transaction.</summary>
    public virtual Task PrepareAsync(DbConnection connection) => Task.CompletedTask;

    /// <summary>Before the connection is opened.</summary>
    public virtual void MakePlace(string connectionString)
    {
    }

    /// <summary>Keeps other instances that start at the same moment out until the end of the transaction.</summary>
    public abstract string LockSchema { get; }

    /// <summary>Makes the table of the schema's version where it is missing.</summary>
    public abstract string VersionTable { get; }

    public abstract BulkInsert Insert(DbTransaction transaction, string table, IReadOnlyList<string> columns);

    /// <summary>True when a unique value is taken, or other rows refer to the row.</summary>
    public abstract bool IsConstraint(DbException error);

    /// <summary>True when a transaction has lost against another one, and may do better when it is run again.</summary>
    public abstract bool IsConflict(DbException error);

    /// <summary>How the operator mends what stops the start; null for what is none of his business, or another database's.</summary>
    public abstract string? Mend(DbException error);
}
