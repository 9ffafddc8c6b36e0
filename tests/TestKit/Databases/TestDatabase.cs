using System.Data.Common;

namespace TestKit.Databases;

/// <summary>A database of its own for one test, removed afterwards.</summary>
public abstract class TestDatabase : IAsyncDisposable
{
    public const string Sqlite = "sqlite";
    public const string PostgreSql = "postgresql";
    public const string SqlServer = "sqlserver";

    /// <summary>The setting <c>Database:Provider</c> that goes with it.</summary>
    public abstract string Provider { get; }

    /// <summary>The setting <c>Database:ConnectionString</c> that goes with it.</summary>
    public abstract string ConnectionString { get; }

    /// <summary>An empty database; the test is inconclusive where there is no such server.</summary>
    public static async Task<TestDatabase> CreateAsync(string provider) => provider switch
    {
        Sqlite => new SqliteTestDatabase(),
        PostgreSql => await PostgresTestDatabase.CreateAsync(),
        SqlServer => await SqlServerTestDatabase.CreateAsync(),
        _ => throw new ArgumentException($"\"{provider}\" is none of {Sqlite}, {PostgreSql}, {SqlServer}.", nameof(provider)),
    };

    /// <summary>A closed connection to it.</summary>
    public abstract DbConnection Connect();

    /// <summary>Runs statements from outside of what is tested.</summary>
    public async Task RunAsync(string sql)
    {
        await using var connection = Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of the tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>All rows of a query, each as its values joined by a bar.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string sql)
    {
        await using var connection = Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of the tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add(string.Join('|', values));
        }

        return rows;
    }

    public abstract ValueTask DisposeAsync();
}
