using System.Data;
using System.Data.Common;
using System.Globalization;
using Npgsql;
using Sync.Capture;

namespace Sync.Databases.PostgreSql;

/// <summary>
/// Writers run side by side. Each takes the module's advisory lock shared, in its transaction, and the fence takes it exclusively: the server lets it wait for those
/// under way and later ones wait for it.
/// </summary>
internal sealed class PostgreSqlDialect : IDialect
{
    private const string LockNotAvailable = "55P03";

    private readonly string _connectionString;

    public PostgreSqlDialect(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (string.IsNullOrEmpty(builder.Host) || string.IsNullOrEmpty(builder.Database))
            throw new ArgumentException("Sync needs a PostgreSQL database ('Host=server;Database=name;Username=...;Password=...').", nameof(connectionString));
        _connectionString = PostgreSqlPool.Of(builder, "sync");
        Description = string.Create(CultureInfo.InvariantCulture, $"the PostgreSQL database '{builder.Database}' at {builder.Host}:{builder.Port}");
    }

    public string Description { get; }

    public IReadOnlyList<string> SchemaScripts => PostgreSqlSchema.Scripts;

    public SyncSql Sql { get; } = new PostgreSqlSql();

    public bool HasSingleWriter => false;

    public DbConnection CreateConnection() => new NpgsqlConnection(_connectionString);

    public void Configure(DbConnection connection)
    {
        // The server's settings are right as they are.
    }

    public DbTransaction BeginUpgrade(DbConnection connection)
    {
        var transaction = connection.BeginTransaction();
        connection.Run(transaction, PostgreSqlSql.LockExclusive, ("@lock", LockKey.NumberOf(LockKey.Schema)));
        return transaction;
    }

    public async ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);

    public async ValueTask<DbTransaction> BeginExclusiveAsync(DbConnection connection, string module, TimeSpan limit, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        try
        {
            // Each statement for itself: the lock is waited for under the limit that the first has set.
            await connection.Command(transaction, PostgreSqlSql.LimitLocks, ("@limit", string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (long)limit.TotalMilliseconds)}ms"))).RunAsync(cancellationToken);
            await connection.Command(transaction, PostgreSqlSql.LockExclusive, ("@lock", Key(module))).RunAsync(cancellationToken);
            return transaction;
        }
        catch (PostgresException error) when (error.SqlState == LockNotAvailable)
        {
            await transaction.DisposeAsync();
            throw LockTimeoutException.OfModule(module, limit, Description, "select * from pg_stat_activity order by xact_start", error);
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    public Task<IReadOnlyList<int>> RunAllAsync(IEnumerable<DbCommand> statements, CancellationToken cancellationToken) => PostgreSqlPipeline.RunAsync(statements, cancellationToken);

    public DbTransaction BeginSnapshot(DbConnection connection) => connection.BeginTransaction(IsolationLevel.RepeatableRead);

    public DbCommand EnterModule(DbConnection connection, DbTransaction transaction, string module) => connection.Command(
        transaction,
        // A transaction that sees one state throughout would see an owner where a fence has been: there, the row is locked, which fails when it has changed since.
        PostgreSqlSql.LockShared + (transaction.IsolationLevel is IsolationLevel.ReadCommitted or IsolationLevel.ReadUncommitted or IsolationLevel.Unspecified ? Sql.ReadOwnership : Sql.ReadOwnership + " FOR SHARE"),
        ("@lock", Key(module)), ("@module", module));

    public async Task<PositionReading> ReadPositionAsync(DbConnection connection, string module, bool mark, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        bool free, isOwner;
        long position, oldest;
        await using (var command = connection.Command(transaction, PostgreSqlSql.ReadPosition, ("@lock", Key(module)), ("@module", module)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            free = reader.GetBoolean(0);
            await NextAsync();
            position = reader.GetInt64(0);
            await NextAsync();
            isOwner = reader.GetBoolean(0);
            oldest = reader.GetInt64(1);

            async Task NextAsync()
            {
                await reader.NextResultAsync(cancellationToken);
                await reader.ReadAsync(cancellationToken);
            }
        }

        // Who is no owner has let all its writers end.
        var settled = free || !isOwner;
        long? next = settled || !mark ? null : Convert.ToInt64(await connection.Command(transaction, PostgreSqlSql.TakeTransactionNumber).ScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        await transaction.CommitAsync(cancellationToken);
        return new PositionReading(position, settled, oldest, next);
    }

    // The constraints that Entity Framework makes cannot be deferred: the inbox finds the order itself.
    public ValueTask DeferForeignKeysAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Class 22 is data exceptions, class 23 integrity violations, 54000 to 54011 limits such as that of an index entry.</summary>
    public bool IsDataError(DbException error) =>
        error is PostgresException { SqlState: var state } && (state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("23", StringComparison.Ordinal) || state.StartsWith("54", StringComparison.Ordinal));

    public bool IsUniqueViolation(DbException error) => error is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    public bool IsTransient(DbException error) => error is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or LockNotAvailable };

    public string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public string Name(TableMap table) => table.Schema is { } schema ? $"{Quote(schema)}.{Quote(table.Table)}" : Quote(table.Table);

    public string Upsert(TableMap table)
    {
        var names = string.Join(", ", table.Columns.Select(column => Quote(column.Name)));
        var values = string.Join(", ", table.Columns.Select((_, index) => string.Create(CultureInfo.InvariantCulture, $"@p{index}")));
        var update = table.Updated.Count == 0 ? "NOTHING" : "UPDATE SET " + string.Join(", ", table.Updated.Select(column => $"{Quote(column.Name)} = EXCLUDED.{Quote(column.Name)}"));
        return $"INSERT INTO {Name(table)} ({names}) OVERRIDING SYSTEM VALUE VALUES ({values}) ON CONFLICT ({Quote(table.KeyColumn)}) DO {update}";
    }

    public async Task<long?> HighestKeyAsync(DbConnection connection, DbTransaction transaction, TableMap table, CancellationToken cancellationToken)
    {
        var held = await connection.Command(transaction, $"SELECT MAX({Quote(table.KeyColumn)})::bigint FROM {Name(table)}").ScalarAsync(cancellationToken) as long?;
        var issued = await SequenceOfAsync(connection, transaction, table, cancellationToken) is { } sequence
            ? await connection.Command(transaction, PostgreSqlSql.LastOf(sequence)).ScalarAsync(cancellationToken) as long?
            : null;
        return Math.Max(issued ?? 0, held ?? 0);
    }

    public async Task RaiseKeysAsync(DbConnection connection, DbTransaction transaction, TableMap table, long above, CancellationToken cancellationToken)
    {
        if (await SequenceOfAsync(connection, transaction, table, cancellationToken) is not { } sequence)
            throw new InvalidOperationException($"The keys of table '{table.Table}' cannot be made to start above {above}: make its column {table.KeyColumn} an identity or serial column (EF Core does so for generated integer keys).");
        // A sequence does not follow the explicit keys of the rows that were applied.
        var last = await HighestKeyAsync(connection, transaction, table, cancellationToken) ?? 0;
        await connection.Command(transaction, PostgreSqlSql.SetSequence, ("@sequence", sequence), ("@last", Math.Max(1, Math.Max(last, above)))).ScalarAsync(cancellationToken);
    }

    /// <summary>A sequence neither follows the keys of the rows that were applied nor goes back with what was rolled back.</summary>
    public async ValueTask AlignKeysAsync(DbConnection connection, DbTransaction transaction, TableMap table, CancellationToken cancellationToken)
    {
        if (await SequenceOfAsync(connection, transaction, table, cancellationToken) is not { } sequence) return;
        var held = await connection.Command(transaction, $"SELECT MAX({Quote(table.KeyColumn)})::bigint FROM {Name(table)}").ScalarAsync(cancellationToken) as long?;
        await connection.Command(transaction, PostgreSqlSql.AlignSequence, ("@sequence", sequence), ("@last", Math.Max(1, held ?? 1)), ("@used", held > 0)).ScalarAsync(cancellationToken);
    }

    private static long Key(string module) => LockKey.NumberOf(LockKey.NameOf(module));

    private async Task<string?> SequenceOfAsync(DbConnection connection, DbTransaction transaction, TableMap table, CancellationToken cancellationToken) =>
        await connection.Command(transaction, PostgreSqlSql.FindSequence, ("@table", Name(table)), ("@column", table.KeyColumn)).ScalarAsync(cancellationToken) as string;
}
