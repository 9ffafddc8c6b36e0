using Npgsql;
using NpgsqlTypes;
using Sync.Databases.PostgreSql;
using TestKit.Databases;

namespace Sync.Tests;

[TestClass]
public sealed class PostgreSqlPipelineTests
{
    private static IEnumerable<NpgsqlCommand> Insert(NpgsqlTransaction transaction, params IEnumerable<(int Number, DateTime? At)> rows)
    {
        using var insert = new NpgsqlCommand("INSERT INTO made (number, at) VALUES (@number, @at) ON CONFLICT DO NOTHING", transaction.Connection, transaction);
        insert.Parameters.Add(new NpgsqlParameter("number", NpgsqlDbType.Integer));
        insert.Parameters.Add(new NpgsqlParameter("at", NpgsqlDbType.TimestampTz));
        foreach (var (number, at) in rows)
        {
            insert.Parameters[0].Value = number;
            insert.Parameters[1].Value = at is { } moment ? moment : DBNull.Value;
            yield return insert;
        }
    }

    [TestMethod]
    public async Task Statements_OfOneCommand_EachTellItsOwnNumberOfRows()
    {
        await using var database = await PostgresTestDatabase.CreateAsync();
        await database.RunAsync("CREATE TABLE made (number integer PRIMARY KEY, at timestamptz)");
        await using var connection = (NpgsqlConnection)database.Connect();
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        Assert.AreEqual("1 1 0 1", string.Join(' ', await PostgreSqlPipeline.RunAsync(Insert(transaction, (1, null), (2, null), (1, null), (3, null)), CancellationToken.None)));
        Assert.IsEmpty(await PostgreSqlPipeline.RunAsync([], CancellationToken.None));
        await transaction.CommitAsync();
        Assert.AreEqual("1 2 3", string.Join(' ', await database.RowsAsync("SELECT number FROM made ORDER BY number")));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Statements_OneIsRefusedByDriverOrServer_TheOthersAreUndoneAndTheConnectionGoesOn(bool byDriver)
    {
        await using var database = await PostgresTestDatabase.CreateAsync();
        await database.RunAsync("CREATE TABLE made (number integer PRIMARY KEY CHECK (number < 1000), at timestamptz)");
        await using var connection = (NpgsqlConnection)database.Connect();
        await connection.OpenAsync();
        // The driver takes no local times. There are more rows than one of its buffers holds, and what it knows of the connection must survive it more than once.
        var refused = byDriver ? (901, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Local)) : (1001, (DateTime?)null);
        for (var round = 0; round < 2; round++)
        {
            await using var failing = await connection.BeginTransactionAsync();
            await Assert.ThrowsAsync<Exception>(() => PostgreSqlPipeline.RunAsync(Insert(failing, [.. Enumerable.Range(0, 900).Select(number => (number, (DateTime?)DateTime.UnixEpoch)), refused]), CancellationToken.None));
        }

        await using (var transaction = await connection.BeginTransactionAsync())
        {
            Assert.AreEqual("1", string.Join(' ', await PostgreSqlPipeline.RunAsync(Insert(transaction, (7, null)), CancellationToken.None)));
            await transaction.CommitAsync();
        }

        Assert.AreEqual("7", string.Join(' ', await database.RowsAsync("SELECT number FROM made ORDER BY number")));
    }
}
