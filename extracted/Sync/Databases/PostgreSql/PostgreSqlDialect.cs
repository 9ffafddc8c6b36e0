using System.Data.Common;

namespace Sync.Databases.PostgreSql;

internal sealed class PostgreSqlDialect : IDialect
{
    public PostgreSqlDialect(string connectionString) => ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);

    public string Description => "";

    public IReadOnlyList<string> SchemaScripts => throw new NotSupportedException();

    public SyncSql Sql => throw new NotSupportedException();

    public DbConnection CreateConnection() => throw new NotSupportedException();

    public void Configure(DbConnection connection) => throw new NotSupportedException();

    public ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken) => throw new NotSupportedException();

    public DbTransaction BeginSnapshot(DbConnection connection) => throw new NotSupportedException();

    public ValueTask DeferForeignKeysAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken) => throw new NotSupportedException();

    public bool IsDataError(DbException error) => throw new NotSupportedException();

    public string Quote(string identifier) => throw new NotSupportedException();

    public string Upsert(string table, string key, IReadOnlyList<string> columns, IReadOnlyList<string> updated) => throw new NotSupportedException();

    public Task<long?> HighestKeyAsync(DbConnection connection, DbTransaction transaction, string table, string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RaiseKeysAsync(DbConnection connection, DbTransaction transaction, string table, string key, long above, CancellationToken cancellationToken) => throw new NotSupportedException();
}
