using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.SqlClient;
using Sync.Capture;

namespace Sync.Databases.SqlServer;

/// <summary>Writers run side by side. Each takes the module's application lock shared, in its transaction, and the fence takes it exclusively.</summary>
internal sealed class SqlServerDialect : IDialect
{
    private const int Deadlock = 1205;
    private const int LockTimeout = 1222;
    private const int SnapshotConflict = 3960;
    private const int DuplicateInIndex = 2601;
    private const int DuplicateKey = 2627;

    /// <summary>Constraints (547, 515, duplicates), values cut off (2628, 8152), out of range or of another type (220, 232, 241 to 248, 295, 296, 8114, 8115, 8023).</summary>
    private static readonly HashSet<int> DataErrors = [547, 515, DuplicateInIndex, DuplicateKey, 2628, 8152, 220, 232, 241, 242, 244, 245, 248, 295, 296, 8114, 8115, 8023];

    /// <summary>
    /// Where writers follow each other without a gap, the lock is never free, and the server does not tell everybody who writes at some moment. So they are held up for
    /// a moment, if nothing else has been found for a while.
    /// </summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenHolds = TimeSpan.FromSeconds(1);

    private readonly string _connectionString;
    private readonly ConcurrentDictionary<string, long> _triedAt = new(StringComparer.Ordinal);

    public SqlServerDialect(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var builder = new SqlConnectionStringBuilder(connectionString);
        if (builder.DataSource is "" || builder["Database"] is not string { Length: > 0 } database)
            throw new ArgumentException("Sync needs a SQL Server database ('Server=server;Database=name;...').", nameof(connectionString));
        _connectionString = SqlServerPool.Of(builder, "sync");
        Description = $"the SQL Server database '{database}' at {builder.DataSource}";
    }

    public string Description { get; }

    public IReadOnlyList<string> SchemaScripts => SqlServerSchema.Scripts;

    public SyncSql Sql { get; } = new SqlServerSql();

    public bool HasSingleWriter => false;

    public DbConnection CreateConnection() => new SqlConnection(_connectionString);

    public void Configure(DbConnection connection)
    {
        // The server's settings are right as they are.
    }

    public DbTransaction BeginUpgrade(DbConnection connection)
    {
        AllowSnapshots(connection);
        var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted);
        try
        {
            if (Convert.ToInt32(connection.Scalar(transaction, SqlServerSql.LockExclusive, ("@resource", LockKey.Schema), ("@limit", 20_000)), CultureInfo.InvariantCulture) < 0)
                throw new LockTimeoutException($"Another instance is making the sync tables in {Description} and did not end within 20 s. Start again once it has.");
            return transaction;
        }
        catch
        {
            transaction.Dispose();
            throw;
        }
    }

    public async ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);

    public async ValueTask<DbTransaction> BeginExclusiveAsync(DbConnection connection, string module, TimeSpan limit, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        try
        {
            var command = connection.Command(transaction, SqlServerSql.LockExclusive, ("@resource", LockKey.NameOf(module)), ("@limit", (int)limit.TotalMilliseconds));
            command.CommandTimeout = (int)Math.Ceiling(limit.TotalSeconds) + 30;
            if (Convert.ToInt32(await command.ScalarAsync(cancellationToken), CultureInfo.InvariantCulture) < 0)
                throw LockTimeoutException.OfModule(module, limit, Description, "DBCC OPENTRAN");
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    // The driver's own batches ask for more than servers that merely speak the protocol offer.
    public Task<IReadOnlyList<int>> RunAllAsync(IEnumerable<DbCommand> statements, CancellationToken cancellationToken) => Task.FromResult(statements.RunEach());

    public DbTransaction BeginSnapshot(DbConnection connection) => connection.BeginTransaction(IsolationLevel.Snapshot);

    /// <summary>The level is the session's, and outlives both the transaction and the reset by which the pool hands the session on.</summary>
    public async ValueTask EndSnapshotAsync(DbTransaction snapshot)
    {
        var connection = snapshot.Connection;
        await snapshot.DisposeAsync();
        if (connection is null or { State: not ConnectionState.Open }) return;
        try
        {
            await connection.Command(null, SqlServerSql.LeaveSnapshots).RunAsync(CancellationToken.None);
        }
        catch (SqlException) when (connection.State != ConnectionState.Open)
        {
            // Nobody gets it any more.
        }
    }

    public DbCommand EnterModule(DbConnection connection, DbTransaction transaction, string module) =>
        connection.Command(transaction, SqlServerSql.LockShared + SqlServerSql.ReadOwnershipNow, ("@resource", LockKey.NameOf(module)), ("@module", module));

    public async Task<PositionReading> ReadPositionAsync(DbConnection connection, string module, bool mark, CancellationToken cancellationToken)
    {
        var reading = await ReadPositionAsync(connection, module, TimeSpan.Zero, cancellationToken);
        if (reading.IsSettled)
        {
            _triedAt[module] = Stopwatch.GetTimestamp();
            return reading;
        }

        var last = _triedAt.GetOrAdd(module, 0L);
        // One of those who ask at the same time holds the writers up.
        return Stopwatch.GetElapsedTime(last) < BetweenHolds || !_triedAt.TryUpdate(module, Stopwatch.GetTimestamp(), last)
            ? reading
            : await ReadPositionAsync(connection, module, LongestHold, cancellationToken);
    }

    private static async Task<PositionReading> ReadPositionAsync(DbConnection connection, string module, TimeSpan limit, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var found = await connection.Command(transaction, SqlServerSql.ReadPosition, ("@resource", LockKey.NameOf(module)), ("@limit", (int)limit.TotalMilliseconds), ("@module", module))
            .ListAsync(row => (Free: row.GetInt32(0) >= 0, Position: row.GetInt64(1), IsOwner: row.GetInt32(2) != 0), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        // Who is no owner has let all its writers end.
        return new PositionReading(found[0].Position, found[0].Free || !found[0].IsOwner);
    }

    // Constraints are checked with each statement: the inbox finds the order itself.
    public ValueTask DeferForeignKeysAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public bool IsDataError(DbException error) => Numbers(error).Any(DataErrors.Contains);

    public bool IsUniqueViolation(DbException error) => Numbers(error).Any(number => number is DuplicateInIndex or DuplicateKey);

    public bool IsTransient(DbException error) => Numbers(error).Any(number => number is Deadlock or LockTimeout or SnapshotConflict or SqlServerSql.NotEntered);

    public string Quote(string identifier) => $"[{identifier.Replace("]", "]]", StringComparison.Ordinal)}]";

    public string Name(TableMap table) => table.Schema is { } schema ? $"{Quote(schema)}.{Quote(table.Table)}" : Quote(table.Table);

    /// <summary>No MERGE: the key's version row is locked already, so that nobody inserts between the two statements.</summary>
    public string Upsert(TableMap table)
    {
        var names = string.Join(", ", table.Columns.Select(column => Quote(column.Name)));
        var values = string.Join(", ", table.Columns.Select(Parameter));
        var insert = $"INSERT INTO {Name(table)} ({names}) VALUES ({values});";
        // A refused row ends its statement, not the batch: the setting, of which a session has one, is always given back.
        if (table.HasIdentity) insert = $"SET IDENTITY_INSERT {Name(table)} ON; {insert} SET IDENTITY_INSERT {Name(table)} OFF;";
        var where = $"WHERE {Quote(table.KeyColumn)} = {Parameter(table.Key)}";
        return table.Updated.Count == 0
            ? $"IF NOT EXISTS (SELECT 1 FROM {Name(table)} {where}) BEGIN {insert} END"
            : $"UPDATE {Name(table)} SET {string.Join(", ", table.Updated.Select(column => $"{Quote(column.Name)} = {Parameter(column)}"))} {where}; IF @@ROWCOUNT = 0 BEGIN {insert} END";

        string Parameter(TableMap.Column column) => string.Create(CultureInfo.InvariantCulture, $"@p{table.Columns.TakeWhile(other => other != column).Count()}");
    }

    public async Task<long?> HighestKeyAsync(DbConnection connection, DbTransaction transaction, TableMap table, CancellationToken cancellationToken)
    {
        var held = await connection.Command(transaction, $"SELECT CAST(MAX({Quote(table.KeyColumn)}) AS bigint) FROM {Name(table)}").ScalarAsync(cancellationToken) as long?;
        return Math.Max(await IssuedAsync(connection, transaction, table, cancellationToken) ?? 0, held ?? 0);
    }

    public async Task RaiseKeysAsync(DbConnection connection, DbTransaction transaction, TableMap table, long above, CancellationToken cancellationToken)
    {
        if (await IssuedAsync(connection, transaction, table, cancellationToken) is not { } issued)
            throw new InvalidOperationException($"The keys of table '{table.Table}' cannot be made to start above {above}: make its column {table.KeyColumn} an identity column (EF Core does so for generated integer keys).");
        if (issued > above) return;
        // A table that never had a row begins with this value itself, any other one with the next.
        await connection.Command(transaction, string.Create(CultureInfo.InvariantCulture, $"DBCC CHECKIDENT ({(table.Schema is null ? Quote(table.Table) : $"'{Literal(table)}'")}, RESEED, {above + 1}) WITH NO_INFOMSGS")).RunAsync(cancellationToken);
    }

    private static async Task<long?> IssuedAsync(DbConnection connection, DbTransaction transaction, TableMap table, CancellationToken cancellationToken) =>
        await connection.Command(transaction, SqlServerSql.HighestIssued, ("@table", ObjectName(table))).ScalarAsync(cancellationToken) as long?;

    private static string ObjectName(TableMap table) => table.Schema is { } schema ? $"{schema}.{table.Table}" : table.Table;

    private static string Literal(TableMap table) => ObjectName(table).Replace("'", "''", StringComparison.Ordinal);

    private static IEnumerable<int> Numbers(DbException error) => error is SqlException sql ? sql.Errors.Cast<SqlError>().Select(each => each.Number) : [];

    private static void AllowSnapshots(DbConnection connection)
    {
        try
        {
            connection.Run(null, SqlServerSql.AllowSnapshots);
        }
        catch (SqlException error) when (error.Class < 20)
        {
            // Who may not alter the database has it done by who may: the first backfill says so, in the server's own words (error 3952).
            Debug.WriteLine(error.Message);
        }
    }
}
