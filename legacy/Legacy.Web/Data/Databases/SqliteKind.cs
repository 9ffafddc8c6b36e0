using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Web.Data.Databases;

internal sealed class SqliteKind : DatabaseKind
{
    public override string Name => "sqlite";

    // Takes the file's one writer's place at once, so that no transaction loses against another.
    public override IsolationLevel Isolation => IsolationLevel.Serializable;

    public override string LockSchema => "";

    public override string VersionTable => "CREATE TABLE IF NOT EXISTS shop_schema (version INTEGER NOT NULL)";

    public override DbConnection Connect(string connectionString) => new SqliteConnection(connectionString);

    public override void Configure(DbContextOptionsBuilder options, DbConnection connection) => options.UseSqlite(connection);

    public override void MakePlace(string connectionString)
    {
        var file = new SqliteConnectionStringBuilder(connectionString).DataSource;
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } directory) Directory.CreateDirectory(directory);
    }

    public override async Task PrepareAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL";
        await command.ExecuteNonQueryAsync();
    }

    public override BulkInsert Insert(DbTransaction transaction, string table, IReadOnlyList<string> columns) => new PreparedInsert(transaction, table, columns);

    public override bool IsConstraint(DbException error) => error is SqliteException { SqliteErrorCode: 19 };

    public override bool IsConflict(DbException error) => false;

    public override string? Mend(DbException error) => error switch
    {
        SqliteException { SqliteErrorCode: 8 or 14 } => $"The database cannot be written ({error.Message.TrimEnd('.')}). Mend the rights of its directory, or name another file in Database:ConnectionString.",
        SqliteException { SqliteErrorCode: 11 or 26 } => $"The database file is damaged or no database ({error.Message.TrimEnd('.')}). Restore it, or name another file in Database:ConnectionString.",
        _ => null,
    };
}
