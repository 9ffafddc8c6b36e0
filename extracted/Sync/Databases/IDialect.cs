using System.Data.Common;
using Sync.Capture;

namespace Sync.Databases;

/// <summary>All that differs between databases: connections, locks, schema and SQL text.</summary>
internal interface IDialect
{
    /// <summary>Names the database in errors, without credentials.</summary>
    string Description { get; }

    /// <summary>The numbered schema scripts: the first is version 1.</summary>
    IReadOnlyList<string> SchemaScripts { get; }

    SyncSql Sql { get; }

    /// <summary>True when the database has one writer at a time, for whom this process queues. Elsewhere writers run side by side.</summary>
    bool HasSingleWriter { get; }

    DbConnection CreateConnection();

    /// <summary>Settings that every connection to the database needs, whoever opened it.</summary>
    void Configure(DbConnection connection);

    /// <summary>Begins a transaction that upgrades the sync tables; another instance that does the same waits.</summary>
    DbTransaction BeginUpgrade(DbConnection connection);

    /// <summary>Begins a transaction that writes.</summary>
    ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Begins a transaction that no writer of the module runs beside: it waits for those under way, and later ones wait for it. This is the fence's lock.</summary>
    /// <exception cref="LockTimeoutException">Some writer did not end within the limit; nothing is held.</exception>
    ValueTask<DbTransaction> BeginExclusiveAsync(DbConnection connection, string module, TimeSpan limit, CancellationToken cancellationToken);

    /// <summary>
    /// Runs statements of one transaction in their order; the first that fails ends the rest. Where the driver can, they go to the server together, which spares a round trip
    /// for each. Each is run, or copied with the values that its parameters then have, before the next is asked for: one command may come again and again.
    /// </summary>
    /// <returns>How many rows each has changed.</returns>
    Task<IReadOnlyList<int>> RunAllAsync(IEnumerable<DbCommand> statements, CancellationToken cancellationToken);

    /// <summary>Begins a read transaction that sees one state of the database throughout.</summary>
    DbTransaction BeginSnapshot(DbConnection connection);

    /// <summary>Ends it, and leaves the connection as it was: whoever takes it from the pool next must not go on reading the state of an earlier moment.</summary>
    ValueTask EndSnapshotAsync(DbTransaction snapshot) => snapshot.DisposeAsync();

    /// <summary>
    /// The command by which a writer enters: it takes the lock that <see cref="BeginExclusiveAsync"/> excludes, kept to the transaction's end, and then reads the ownership
    /// row as it is committed, whatever the transaction has seen before. The row is the last result, as of <see cref="SyncSql.ReadOwnership"/>.
    /// </summary>
    DbCommand EnterModule(DbConnection connection, DbTransaction transaction, string module);

    /// <summary>Reads the last position, and whether a transaction under way may still commit one at or below it. Not to be called inside a transaction.</summary>
    Task<PositionReading> ReadPositionAsync(DbConnection connection, string module, bool mark, CancellationToken cancellationToken);

    /// <summary>Lets rows of one transaction arrive in any order, where the database can: foreign keys are checked at its commit.</summary>
    ValueTask DeferForeignKeysAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>True when the error is the message's fault (a constraint, a value out of range), not the database's (locked, full, gone).</summary>
    bool IsDataError(DbException error);

    /// <summary>True when the error is that of a value which another row holds.</summary>
    bool IsUniqueViolation(DbException error);

    /// <summary>True when another transaction was in the way (a deadlock, a serialisation failure): the same again may succeed at once.</summary>
    bool IsTransient(DbException error);

    string Quote(string identifier);

    /// <summary>The table's name as statements need it, with its schema where the database has schemas.</summary>
    string Name(TableMap table);

    /// <summary>The statement that inserts a row or replaces the one with its key. Its parameters are @p0, @p1, ... in the order of the columns.</summary>
    string Upsert(TableMap table);

    /// <summary>The highest key that the table has ever issued, or null when it issues none.</summary>
    Task<long?> HighestKeyAsync(DbConnection connection, DbTransaction transaction, TableMap table, CancellationToken cancellationToken);

    /// <summary>Lets generated keys start above <paramref name="above"/>.</summary>
    Task RaiseKeysAsync(DbConnection connection, DbTransaction transaction, TableMap table, long above, CancellationToken cancellationToken);

    /// <summary>For a dry run, in its transaction: lets the next generated key be the one after the highest row's, which is the owner's next unless it has left some out.</summary>
    ValueTask AlignKeysAsync(DbConnection connection, DbTransaction transaction, TableMap table, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}

/// <summary>What is known of the positions at one moment.</summary>
/// <param name="Position">The last one issued.</param>
/// <param name="IsSettled">True when every change of the module at or below it is committed or never will be.</param>
/// <param name="Oldest">Where the database numbers its transactions: the lowest number under way.</param>
/// <param name="Mark">Where the database numbers its transactions, and when asked for: a number above those of all that may hold a position at or below this one.</param>
internal readonly record struct PositionReading(long Position, bool IsSettled, long? Oldest = null, long? Mark = null);
