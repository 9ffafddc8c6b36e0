using System.Data.Common;
using System.Globalization;
using Sync.Databases;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>The numbered scripts: from every version to this one, never back, and one instance at a time.</summary>
public abstract class SchemaTests(string provider)
{
    private static readonly Action<DbConnection, DbTransaction> Nothing = static (_, _) => { };

    private static IDialect Dialect(TestDatabase database) => new SyncBuilder().UseDatabase(database.Provider, database.ConnectionString).Dialect!;

    private static long Scalar(IDialect dialect, string sql)
    {
        using var connection = dialect.CreateConnection();
        connection.Open();
        return Convert.ToInt64(connection.Scalar(null, sql), CultureInfo.InvariantCulture);
    }

    private static void CreateOwner(IDialect dialect, DbConnection connection, DbTransaction transaction) =>
        connection.Run(transaction, dialect.Sql.InsertOwnership, ("@module", "sample"), ("@state", "owner"), ("@epoch", 7L), ("@floor", 1L), ("@capture", 1L));

    [TestMethod]
    public async Task Upgrade_FromEachVersion_EndsAtThisOneAndKeepsWhatIsThere()
    {
        await using var probe = await TestDatabase.CreateAsync(provider);
        var versions = Dialect(probe).SchemaScripts.Count;
        for (var from = 0; from <= versions; from++)
        {
            await using var database = await TestDatabase.CreateAsync(provider);
            var dialect = Dialect(database);
            if (from > 0) SchemaUpgrade.Run(dialect, [.. dialect.SchemaScripts.Take(from)], (connection, transaction) => CreateOwner(dialect, connection, transaction));
            SchemaUpgrade.Run(dialect, dialect.SchemaScripts, Nothing);
            Assert.AreEqual(versions, Scalar(dialect, "SELECT MAX(version) FROM sync_schema"));
            Assert.AreEqual(from > 0 ? 7 : 0, Scalar(dialect, "SELECT COALESCE(MAX(epoch), 0) FROM sync_ownership"));
            Assert.AreEqual(0, Scalar(dialect, "SELECT COUNT(*) FROM sync_outbox"));
        }
    }

    [TestMethod]
    public async Task Upgrade_ToALaterVersion_KeepsWhatIsThere_AndTheEarlierProgramRefusesIt()
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var dialect = Dialect(database);
        SchemaUpgrade.Run(dialect, dialect.SchemaScripts, (connection, transaction) => CreateOwner(dialect, connection, transaction));
        SchemaUpgrade.Run(dialect, [.. dialect.SchemaScripts, "ALTER TABLE sync_ownership ADD later bigint NULL"], Nothing);
        Assert.AreEqual(7, Scalar(dialect, "SELECT epoch FROM sync_ownership WHERE later IS NULL"));
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => SchemaUpgrade.Run(dialect, dialect.SchemaScripts, Nothing));
        Assert.Contains($"version {dialect.SchemaScripts.Count + 1}", error.Message);
    }

    [TestMethod]
    public async Task Upgrade_WhoseScriptFails_ChangesNothing()
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var dialect = Dialect(database);
        SchemaUpgrade.Run(dialect, dialect.SchemaScripts, Nothing);
        Assert.Throws<DbException>(() => SchemaUpgrade.Run(dialect, [.. dialect.SchemaScripts, "ALTER TABLE sync_ownership ADD later bigint NULL; INSERT INTO sync_nowhere VALUES (1)"], Nothing));
        Assert.AreEqual(dialect.SchemaScripts.Count, Scalar(dialect, "SELECT MAX(version) FROM sync_schema"));
        Assert.Throws<DbException>(() => Scalar(dialect, "SELECT MAX(later) FROM sync_ownership"));
    }

    [TestMethod]
    public async Task Upgrade_ByInstancesThatStartAtOnce_IsDoneOnce()
    {
        for (var round = 0; round < 3; round++)
        {
            await using var database = await TestDatabase.CreateAsync(provider);
            var dialect = Dialect(database);
            using var together = new Barrier(4);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
            {
                together.SignalAndWait();
                SchemaUpgrade.Run(dialect, dialect.SchemaScripts, (connection, transaction) => CreateOwner(dialect, connection, transaction));
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            Assert.AreEqual(dialect.SchemaScripts.Count, Scalar(dialect, "SELECT COUNT(*) FROM sync_schema"));
            Assert.AreEqual(1, Scalar(dialect, "SELECT COUNT(*) FROM sync_ownership"));
        }
    }
}

[TestClass]
public sealed class SchemaOnSqlite() : SchemaTests(TestDatabase.Sqlite);

[TestClass]
public sealed class SchemaOnPostgreSql() : SchemaTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class SchemaOnSqlServer() : SchemaTests(TestDatabase.SqlServer);
