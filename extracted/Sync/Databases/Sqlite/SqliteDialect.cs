using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Sync.Databases.Sqlite;

/// <summary>One file, one writer: BEGIN IMMEDIATE is the lock that business writes, the inbox and the fence share.</summary>
internal sealed class SqliteDialect : IDialect
{
    private const int ConstraintViolated = 19;
    private const int TypeMismatch = 20;
    private const int TooBig = 18;

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

    public DbConnection CreateConnection() => new SqliteConnection(_connectionString);

    // The settings belong to the connection, and a pooled one may have been changed by whoever had it before. Only WAL is kept in the file, and asking again is free.
    public void Configure(DbConnection connection) =>
        connection.Run(null, "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");

    public ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken) =>
        ValueTask.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(deferred: false));

    public DbTransaction BeginSnapshot(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: true);

    public async ValueTask DeferForeignKeysAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken) =>
        await connection.Command(transaction, "PRAGMA defer_foreign_keys = ON").RunAsync(cancellationToken);

    public bool IsDataError(DbException error) =>
        error is SqliteException { SqliteErrorCode: ConstraintViolated or TypeMismatch or TooBig };

    public string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public string Upsert(string table, string key, IReadOnlyList<string> columns, IReadOnlyList<string> updated)
    {
        var names = string.Join(", ", columns.Select(Quote));
        var values = string.Join(", ", columns.Select((_, index) => string.Create(CultureInfo.InvariantCulture, $"@p{index}")));
        var update = updated.Count == 0 ? "NOTHING" : "UPDATE SET " + string.Join(", ", updated.Select(column => $"{Quote(column)} = excluded.{Quote(column)}"));
        return $"INSERT INTO {Quote(table)} ({names}) VALUES ({values}) ON CONFLICT ({Quote(key)}) DO {update}";
    }

    public async Task<long?> HighestKeyAsync(DbConnection connection, DbTransaction transaction, string table, string key, CancellationToken cancellationToken)
    {
        var issued = await HasSequenceAsync(connection, transaction, cancellationToken)
            ? await connection.Command(transaction, "SELECT seq FROM sqlite_sequence WHERE name = @table", ("@table", table)).ScalarAsync(cancellationToken)
            : null;
        var held = await connection.Command(transaction, $"SELECT MAX({Quote(key)}) FROM {Quote(table)}").ScalarAsync(cancellationToken);
        return Math.Max(issued as long? ?? 0, held as long? ?? 0);
    }

    public async Task RaiseKeysAsync(DbConnection connection, DbTransaction transaction, string table, string key, long above, CancellationToken cancellationToken)
    {
        var script = await connection.Command(transaction, "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = @table", ("@table", table)).ScalarAsync(cancellationToken) as string;
        if (script is null || !script.Contains("AUTOINCREMENT", StringComparison.OrdinalIgnoreCase))
            throw new InvalidOperationException($"The keys of table '{table}' cannot be made to start above {above}: declare its key AUTOINCREMENT (EF Core does so for generated integer keys).");
        var raised = await connection.Command(transaction, "UPDATE sqlite_sequence SET seq = MAX(seq, @above) WHERE name = @table", ("@table", table), ("@above", above)).RunAsync(cancellationToken);
        if (raised == 0)
            await connection.Command(transaction, "INSERT INTO sqlite_sequence (name, seq) VALUES (@table, @above)", ("@table", table), ("@above", above)).RunAsync(cancellationToken);
    }

    private static async Task<bool> HasSequenceAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken) =>
        await connection.Command(transaction, "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").ScalarAsync(cancellationToken) is not null;
}
