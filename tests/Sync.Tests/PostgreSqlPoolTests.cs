using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Sync.Databases.PostgreSql;
using Sync.Ownership;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

[TestClass]
public sealed class PostgreSqlPoolTests
{
    [TestMethod]
    [DataRow("", 50)]
    [DataRow(";Max Auto Prepare=7", 7)]
    [DataRow(";Max Auto Prepare=0", 0)]
    public void Statements_ArePrepared_UnlessTheHostSaysOtherwise(string setting, int prepared)
    {
        using var connection = new SyncBuilder().UseDatabase("postgresql", "Host=db;Database=shop" + setting).Dialect!.CreateConnection();
        Assert.AreEqual(prepared, new NpgsqlConnectionStringBuilder(connection.ConnectionString).MaxAutoPrepare);
    }

    [TestMethod]
    public async Task PreparedStatement_RefusedByDriverOrServerOrOverAChangedTable_WorksAfterwards()
    {
        await using var database = await PostgresTestDatabase.CreateAsync();
        await database.RunAsync("CREATE TABLE made (number integer PRIMARY KEY CHECK (number < 1000), at timestamptz)");
        await using var connection = new NpgsqlConnection(PostgreSqlPool.Of(new NpgsqlConnectionStringBuilder(database.ConnectionString), "test"));
        await connection.OpenAsync();
        // Before, while and after the driver makes up its mind to prepare it.
        for (var round = 0; round < 12; round++)
        {
            if (round == 8) await database.RunAsync("ALTER TABLE made ADD COLUMN more text");
            Assert.AreEqual(1, await InsertAsync(round, DateTime.UnixEpoch));
            await Assert.ThrowsExactlyAsync<ArgumentException>(() => InsertAsync(100 + round, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Local)));
            await Assert.ThrowsExactlyAsync<PostgresException>(() => InsertAsync(1000 + round, DateTime.UnixEpoch));
        }

        Assert.AreEqual("12", string.Join(' ', await database.RowsAsync("SELECT COUNT(*) FROM made")));
        await using var prepared = new NpgsqlCommand("SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO made%'", connection);
        Assert.AreEqual(1L, await prepared.ExecuteScalarAsync());

        async Task<int> InsertAsync(int number, DateTime at)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var insert = new NpgsqlCommand("INSERT INTO made (number, at) VALUES (@number, @at)", connection, transaction);
            insert.Parameters.Add(new NpgsqlParameter("number", NpgsqlDbType.Integer) { Value = number });
            insert.Parameters.Add(new NpgsqlParameter("at", NpgsqlDbType.TimestampTz) { Value = at });
            var rows = await insert.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
            return rows;
        }
    }

    [TestMethod]
    public async Task Ownership_WhoseConnectionTheServerCloses_IsReadOverAnotherOne()
    {
        await using var pair = await SamplePair.StartSyncedAsync(TestDatabase.PostgreSql);
        await using var holder = new NpgsqlConnection(pair.Legacy.ConnectionString);
        await holder.OpenAsync();
        await using var hold = await holder.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("LOCK TABLE sync_ownership", holder, hold)) await command.ExecuteNonQueryAsync();
        var reading = pair.Legacy.Host.App.Services.GetRequiredService<OwnershipStore>().RefreshAsync("sample", CancellationToken.None);
        await Eventually.TrueAsync(
            async () => await pair.Legacy.ScalarAsync("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FROM sync_ownership%'") > 0,
            what: "the reading waits, and its connection is closed");
        await hold.RollbackAsync();
        Assert.AreEqual(OwnerState.Owner, (await reading).State);
    }
}
