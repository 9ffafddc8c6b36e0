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

    public abstract ValueTask DisposeAsync();
}
