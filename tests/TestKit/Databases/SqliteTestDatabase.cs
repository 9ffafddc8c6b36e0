using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace TestKit.Databases;

/// <summary>A SQLite file in a directory of its own.</summary>
public sealed class SqliteTestDatabase : TestDatabase
{
    private readonly TemporaryDirectory _directory = new();

    public override string Provider => Sqlite;

    public string File => _directory.File("test.db");

    public override string ConnectionString => new SqliteConnectionStringBuilder { DataSource = File }.ToString();

    public override DbConnection Connect() => new SqliteConnection(ConnectionString);

    public override ValueTask DisposeAsync()
    {
        using (var connection = new SqliteConnection(ConnectionString)) SqliteConnection.ClearPool(connection);
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
