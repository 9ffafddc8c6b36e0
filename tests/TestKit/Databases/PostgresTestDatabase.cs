using System.Data.Common;
using Npgsql;

namespace TestKit.Databases;

/// <summary>A database in the test process's own PostgreSQL.</summary>
public sealed class PostgresTestDatabase : TestDatabase
{
    private readonly PostgresCluster _cluster;

    private PostgresTestDatabase(PostgresCluster cluster, string name)
    {
        _cluster = cluster;
        Name = name;
        ConnectionString = cluster.ConnectionStringTo(name);
    }

    public override string Provider => PostgreSql;

    public override string ConnectionString { get; }

    public string Name { get; }

    public static async Task<PostgresTestDatabase> CreateAsync()
    {
        var cluster = await PostgresCluster.GetAsync();
        var name = cluster.NextName();
        await cluster.RunAsync($"CREATE DATABASE {name}");
        return new PostgresTestDatabase(cluster, name);
    }

    public override DbConnection Connect() => new NpgsqlConnection(ConnectionString);

    public override async ValueTask DisposeAsync()
    {
        await using (var connection = new NpgsqlConnection(ConnectionString)) NpgsqlConnection.ClearPool(connection);
        await _cluster.RunAsync($"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");
    }
}
