using System.Data.Common;

namespace Sync.Databases;

/// <summary>All that differs between databases: connections, locks, schema and SQL text.</summary>
internal interface IDialect
{
    /// <summary>Names the database in errors, without credentials.</summary>
    string Description { get; }

    /// <summary>The numbered schema scripts: the first is version 1.</summary>
    IReadOnlyList<string> SchemaScripts { get; }

    SyncSql Sql { get; }

    DbConnection CreateConnection();

    /// <summary>Settings that every connection to the database needs, whoever opened it.</summary>
    void Configure(DbConnection connection);

    /// <summary>Begins a transaction that no writer of the module's tables runs beside: the fence.</summary>
    ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Begins a read transaction that sees one state of the database throughout.</summary>
    DbTransaction BeginSnapshot(DbConnection connection);

    /// <summary>Lets rows of one transaction arrive in any order: foreign keys are checked at its commit.</summary>
    ValueTask DeferForeignKeysAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>True when the error is the message's fault (a constraint, a value out of range), not the database's (locked, full, gone).</summary>
    bool IsDataError(DbException error);

    string Quote(string identifier);

    /// <summary>The statement that inserts a row or replaces the one with its key. Its parameters are @p0, @p1, ... in the order of the columns.</summary>
    string Upsert(string table, string key, IReadOnlyList<string> columns, IReadOnlyList<string> updated);

    /// <summary>The highest key that the table has ever issued, or null when it issues none.</summary>
    Task<long?> HighestKeyAsync(DbConnection connection, DbTransaction transaction, string table, string key, CancellationToken cancellationToken);

    /// <summary>Lets generated keys start above <paramref name="above"/>.</summary>
    Task RaiseKeysAsync(DbConnection connection, DbTransaction transaction, string table, string key, long above, CancellationToken cancellationToken);
}
