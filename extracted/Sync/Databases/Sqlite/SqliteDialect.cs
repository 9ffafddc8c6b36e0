using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Sync.Capture;

namespace Sync.Databases.Sqlite;

/// <summary>One file, one writer: BEGIN IMMEDIATE is the lock that business writes, the inbox and the fence share.</summary>
internal sealed class SqliteDialect : IDialect
{
    private const int ConstraintViolated = 19;
    private const int TypeMismatch = 20;
    private const int TooBig = 18;
    private const int Busy = 5;
    private const int UniqueViolated = 2067;
    private const int PrimaryKeyViolated = 1555;

    private readonly string _connectionString;

    public SqliteDialect(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var builder = new SqliteConnectionStringBuilder(connectionString);
        if (builder.Mode == SqliteOpenMode.Memory || builder.DataSource is "" or ":memory:")
            throw new ArgumentException("Sync needs a SQLite file ('Data Source=some.db'): its relay and inbox use connections of their own.", nameof(connectionString));
        _connectionString = builder.ConnectionString;
        Description = $"the SQLite file '{Path.GetFullPath(builder.DataSource)}'";
    }

    public string Description { get; }

    public IReadOnlyList<string> SchemaScripts => SqliteSchema.Scripts;

    public SyncSql Sql { get; } = new SqliteSql();

    public bool HasSingleWriter => true;

    public DbConnection CreateConnection() => new SqliteConnection(_connectionString);

    // The settings belong to the connection, and a pooled one may have been changed by whoever had it before. Only WAL is kept in the file, and asking again is free.
    public void Configure(DbConnection connection) =>
        connection.Run(null, "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");

    public DbTransaction BeginUpgrade(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: false);

    public ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken) =>
        ValueTask.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(deferred: false));

    public ValueTask<DbTransaction> BeginExclusiveAsync(DbConnection connection, string module, TimeSpan limit, CancellationToken cancellationToken)
    {
        var sqlite = (SqliteConnection)connection;
        // The provider tries again for as long as its time-out lasts, each time for as long as SQLite's own.
        sqlite.DefaultTimeout = Math.Max(1, (int)Math.Ceiling(limit.TotalSeconds));
        connection.Run(null, string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {(int)limit.TotalMilliseconds}"));
        try
        {
            return ValueTask.FromResult<DbTransaction>(sqlite.BeginTransaction(deferred: false));
        }
        catch (SqliteException error) when (error.SqliteErrorCode == Busy)
        {
            throw LockTimeoutException.OfModule(module, limit, Description, "of this process or another that has the file open", error);
        }
    }

    // There is no way to a server that could be saved.
    public Task<IReadOnlyList<int>> RunAllAsync(IEnumerable<DbCommand> statements, CancellationToken cancellationToken) => Task.FromResult(statements.RunEach());

    public DbTransaction BeginSnapshot(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: true);

    // A write transaction is the one writer already.
    public DbCommand EnterModule(DbConnection connection, DbTransaction transaction, string module) => connection.Command(transaction, Sql.ReadOwnership, ("@module", module));

    // One writer: what can be read is committed, and so is everything below it.
    public async Task<PositionReading> ReadPositionAsync(DbConnection connection, string module, bool mark, CancellationToken cancellationToken) =>
        new(Convert.ToInt64(await connection.Command(null, Sql.LastPosition).ScalarAsync(cancellationToken), CultureInfo.InvariantCulture), IsSettled: true);

    public async ValueTask DeferForeignKeysAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken) =>
        await connection.Command(transaction, "PRAGMA defer_foreign_keys = ON").RunAsync(cancellationToken);

    public bool IsDataError(DbException error) =>
        error is SqliteException { SqliteErrorCode: ConstraintViolated or TypeMismatch or TooBig };

    public bool IsUniqueViolation(DbException error) => error is SqliteException { SqliteExtendedErrorCode: UniqueViolated or PrimaryKeyViolated };

    // Whoever finds the one writer busy has waited already.
    public bool IsTransient(DbException error) => false;

    public string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    // There are no schemas: Entity Framework leaves them out as well.
    public string Name(TableMap table) => Quote(table.Table);

    public string Upsert(TableMap table)
    {
        var names = string.Join(", ", table.Columns.Select(column => Quote(column.Name)));
        var values = string.Join(", ", table.Columns.Select((_, index) => string.Create(CultureInfo.InvariantCulture, $"@p{index}")));
        var update = table.Updated.Count == 0 ? "NOTHING" : "UPDATE SET " + string.Join(", ", table.Updated.Select(column => $"{Quote(column.Name)} = excluded.{Quote(column.Name)}"));
        return $"INSERT INTO {Name(table)} ({names}) VALUES ({values}) ON CONFLICT ({Quote(table.KeyColumn)}) DO {update}";
    }

    public async Task<long?> HighestKeyAsync(DbConnection connection, DbTransaction transaction, TableMap table, CancellationToken cancellationToken)
    {
        var issued = await HasSequenceAsync(connection, transaction, cancellationToken)
            ? await connection.Command(transaction, "SELECT seq FROM sqlite_sequence WHERE name = @table", ("@table", table.Table)).ScalarAsync(cancellationToken)
            : null;
        var held = await connection.Command(transaction, $"SELECT MAX({Quote(table.KeyColumn)}) FROM {Name(table)}").ScalarAsync(cancellationToken);
        return Math.Max(issued as long? ?? 0, held as long? ?? 0);
    }

    public async Task RaiseKeysAsync(DbConnection connection, DbTransaction transaction, TableMap table, long above, CancellationToken cancellationToken)
    {
        var name = table.Table;
        var script = await connection.Command(transaction, "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = @table", ("@table", name)).ScalarAsync(cancellationToken) as string;
        if (script is null || !script.Contains("AUTOINCREMENT", StringComparison.OrdinalIgnoreCase))
            throw new InvalidOperationException($"The keys of table '{name}' cannot be made to start above {above}: declare its key AUTOINCREMENT (EF Core does so for generated integer keys).");
        var raised = await connection.Command(transaction, "UPDATE sqlite_sequence SET seq = MAX(seq, @above) WHERE name = @table", ("@table", name), ("@above", above)).RunAsync(cancellationToken);
        if (raised == 0)
            await connection.Command(transaction, "INSERT INTO sqlite_sequence (name, seq) VALUES (@table, @above)", ("@table", name), ("@above", above)).RunAsync(cancellationToken);
    }

    private static async Task<bool> HasSequenceAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken) =>
        await connection.Command(transaction, "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").ScalarAsync(cancellationToken) is not null;
}
