using Npgsql;
using NpgsqlTypes;
using Sync.Databases.PostgreSql;
using TestKit.Databases;

namespace Sync.Tests;

[TestClass]
public sealed class PostgreSqlPipelineTests
{
    private static NpgsqlCommand Insert(object? number, object? at)
    {
        var insert = new NpgsqlCommand("INSERT INTO made (number, at) VALUES (@number, @at) ON CONFLICT DO NOTHING");
        insert.Parameters.Add(new NpgsqlParameter("number", NpgsqlDbType.Integer) { Value = number });
        insert.Parameters.Add(new NpgsqlParameter("at", NpgsqlDbType.TimestampTz) { Value = at ?? DBNull.Value });
        return insert;
    }

    [TestMethod]
    public async Task Statements_TellTheirOwnNumberOfRows_AndTheCommandMayBeUsedAgain()
    {
        await using var database = await PostgresTestDatabase.CreateAsync();
        await database.RunAsync("CREATE TABLE made (number integer PRIMARY KEY, at timestamptz)");
        await using var connection = (NpgsqlConnection)database.Connect();
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var pipeline = new PostgreSqlPipeline(connection, transaction);
        await using var insert = Insert(0, null);
        foreach (var number in new[] { 1, 2, 1, 3 })
        {
            insert.Parameters[0].Value = number;
            pipeline.Add(insert);
        }

        Assert.AreEqual("1 1 0 1", string.Join(' ', await pipeline.RunAsync(CancellationToken.None)));
        Assert.IsEmpty(await pipeline.RunAsync(CancellationToken.None));
        await transaction.CommitAsync();
        Assert.AreEqual("1 2 3", string.Join(' ', await database.RowsAsync("SELECT number FROM made ORDER BY number")));
    }

    [TestMethod]
    [DataRow("a value that the driver refuses")]
    [DataRow("a row that the server refuses")]
    public async Task Statements_OneIsRefused_TheOthersAreUndoneAndTheConnectionGoesOn(string refused)
    {
        await using var database = await PostgresTestDatabase.CreateAsync();
        await database.RunAsync("CREATE TABLE made (number integer PRIMARY KEY CHECK (number < 1000), at timestamptz)");
        await using var connection = (NpgsqlConnection)database.Connect();
        await connection.OpenAsync();
        // More than one buffer holds, so that part of it is under way when the driver finds out.
        for (var round = 0; round < 2; round++)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            var pipeline = new PostgreSqlPipeline(connection, transaction);
            for (var number = 0; number < 900; number++) pipeline.Add(Insert(number, DateTime.UnixEpoch));
            pipeline.Add(refused.Contains("driver", StringComparison.Ordinal) ? Insert(901, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Local)) : Insert(1001, null));
            await Assert.ThrowsAsync<Exception>(() => pipeline.RunAsync(CancellationToken.None));
        }

        await using (var transaction = await connection.BeginTransactionAsync())
        {
            var pipeline = new PostgreSqlPipeline(connection, transaction);
            pipeline.Add(Insert(7, null));
            Assert.AreEqual("1", string.Join(' ', await pipeline.RunAsync(CancellationToken.None)));
            await transaction.CommitAsync();
        }

        Assert.AreEqual("7", string.Join(' ', await database.RowsAsync("SELECT number FROM made ORDER BY number")));
    }
}
