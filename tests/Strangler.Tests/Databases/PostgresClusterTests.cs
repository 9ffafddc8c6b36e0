using System.Diagnostics;
using Npgsql;
using TestKit.Databases;

namespace Strangler.Tests.Databases;

[TestClass]
public sealed class PostgresClusterTests
{
    [TestMethod]
    public async Task Database_OfATest_IsEmptyAndGoneAfterwards()
    {
        var cluster = await PostgresCluster.GetAsync();
        string name;
        await using (var database = await PostgresTestDatabase.CreateAsync())
        {
            name = database.Name;
            await using var open = new NpgsqlConnection(database.ConnectionString);
            await open.OpenAsync();
            Assert.AreEqual(0L, await ScalarAsync(open, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"));
        }

        await using var connection = new NpgsqlConnection(cluster.ConnectionString);
        await connection.OpenAsync();
        Assert.AreEqual(0L, await ScalarAsync(connection, $"SELECT count(*) FROM pg_database WHERE datname = '{name}'"));
    }

    [TestMethod]
    public async Task Cluster_WhoseTestProcessLetsGo_StopsAndIsDeleted()
    {
        var cluster = await PostgresCluster.StartAsync();
        await cluster.RunAsync("CREATE DATABASE sample");

        await cluster.DisposeAsync();

        Assert.IsFalse(Directory.Exists(cluster.Home));
        Assert.IsFalse(await AnswersAsync(cluster));
    }

    [TestMethod]
    public async Task Cluster_WhoseKeeperWasKilled_IsSweptByTheNext()
    {
        var orphan = await PostgresCluster.StartAsync();
        using (var keeper = Process.GetProcessById(orphan.KeeperId)) keeper.Kill();
        await orphan.DisposeAsync();
        Assert.IsTrue(await AnswersAsync(orphan));

        await using var next = await PostgresCluster.StartAsync();

        Assert.IsFalse(Directory.Exists(orphan.Home));
        Assert.IsFalse(await AnswersAsync(orphan));
        Assert.IsTrue(await AnswersAsync(await PostgresCluster.GetAsync()));
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Texts of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }

    private static async Task<bool> AnswersAsync(PostgresCluster cluster)
    {
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Pooling = false }.ToString());
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
