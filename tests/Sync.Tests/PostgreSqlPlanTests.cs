using Npgsql;
using Sync.Databases.PostgreSql;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>A backlog that has grown since the server last looked at the tables: what is done for each batch of it must not grow with it.</summary>
[TestClass]
public sealed class PostgreSqlPlanTests
{
    private const string Backlog =
        """
        INSERT INTO sync_receiver (receiver, module) VALUES ('sample', 'sample');
        INSERT INTO sync_outbox (module, entity, key, type, epoch, payload, created) SELECT 'sample', 'item', n::text, 'sample.item-changed/1', 1, '{}'::bytea, 0 FROM generate_series(1, 30000) AS n;
        INSERT INTO sync_delivery (receiver, position) SELECT 'sample', position FROM sync_outbox;
        INSERT INTO sync_version (module, entity, key, epoch, position) SELECT 'sample', 'item', n::text, 1, n FROM generate_series(1, 30000) AS n;
        """;

    [TestMethod]
    public async Task Statements_OverABacklogWithoutStatistics_GoByTheirKeys()
    {
        await using var database = await PostgresTestDatabase.CreateAsync();
        foreach (var script in PostgreSqlSchema.Scripts) await database.RunAsync(script);
        await database.RunAsync(Backlog);
        var sql = new PostgreSqlSql();
        foreach (var statement in new[] { sql.ReadPending, sql.Acknowledge, sql.RemoveDelivered, sql.ReadUnwanted, sql.ReadVersions })
        {
            var plan = await ExplainAsync(database, statement);
            Assert.DoesNotContain("Seq Scan on sync_delivery", plan);
            Assert.DoesNotContain("Seq Scan on sync_outbox", plan);
            Assert.DoesNotContain("Seq Scan on sync_version", plan);
            Assert.DoesNotContain("Sort", plan);
            // Nor all of a receiver's deliveries, or of an entity's versions, by the beginning of their key.
            Assert.DoesNotContain("Hash Semi Join", plan);
        }
    }

    private static async Task<string> ExplainAsync(PostgresTestDatabase database, string statement)
    {
        await using var connection = (NpgsqlConnection)database.Connect();
        await connection.OpenAsync();
        var last = statement.LastIndexOf(';') + 1;
#pragma warning disable CA2100 // The library's own statements.
        await using var explain = new NpgsqlCommand($"{statement[..last]} EXPLAIN {statement[last..]}", connection);
#pragma warning restore CA2100
        (string Name, object Value)[] parameters =
            [("receiver", "sample"), ("module", "sample"), ("entity", "item"), ("now", 100L), ("after", 0L), ("limit", 1_000), ("positions", "[1,2,3]"), ("keys", """["1","2","3"]""")];
        foreach (var (name, value) in parameters.Where(parameter => statement.Contains("@" + parameter.Name, StringComparison.Ordinal))) explain.Parameters.AddWithValue(name, value);
        await using var reader = await explain.ExecuteReaderAsync();
        var lines = new List<string>();
        do
        {
            while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
        }
        while (await reader.NextResultAsync());
        return string.Join('\n', lines);
    }
}
