using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sync.Ownership;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>Tables stay bounded, and nobody waits long for that. SYNC_TEST_CLEANUP_ROWS sets the number of rows, for a measurement.</summary>
public abstract class CleanUpTests(string provider) : DatabaseTests(provider)
{
    private static readonly int Rows = int.Parse(Environment.GetEnvironmentVariable("SYNC_TEST_CLEANUP_ROWS") ?? "20000", CultureInfo.InvariantCulture);

    public TestContext TestContext { get; set; } = null!;

    private static SyncStartup Sweeper(SampleSide side) => side.Host.App.Services.GetServices<IHostedService>().OfType<SyncStartup>().Single();

    /// <summary>The statement over the numbers from one to the number of rows.</summary>
    private async Task FillAsync(SampleSide side, string insert)
    {
        var recursive = Provider == TestDatabase.SqlServer ? "" : "RECURSIVE ";
        var numbers = $"WITH {recursive}numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {Rows})";
        await using var connection = await side.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandTimeout = 600;
        command.CommandText = Provider == TestDatabase.SqlServer ? $"{numbers} {insert} OPTION (MAXRECURSION 0)" : $"{numbers} {insert}";
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Writes for as long as the work takes.</summary>
    /// <returns>How many writes there were, and the longest.</returns>
    private static async Task<(int Writes, TimeSpan Longest)> WriteBesideAsync(SampleSide side, Task work)
    {
        var (writes, longest) = (0, TimeSpan.Zero);
        do
        {
            var started = Stopwatch.GetTimestamp();
            await side.AddAsync(new Item { Code = $"w{writes++}", ShelfId = 1 });
            var took = Stopwatch.GetElapsedTime(started);
            if (took > longest) longest = took;
        }
        while (!work.IsCompleted);
        await work;
        return (writes, longest);
    }

    [TestMethod, BugOfOthers(8)]
    public async Task Sweep_OfOutboxRowsAndTombstones_BesideWriters_RemovesThemAndHoldsNobodyUp()
    {
        await using var pair = await StartSyncedAsync();
        var key = SampleSql.KeyColumn(Provider);
        var text = Provider == TestDatabase.SqlServer ? "CAST(n AS nvarchar(20))" : "CAST(n AS text)";
        var payload = Provider switch { TestDatabase.PostgreSql => "'\\x7b7d'::bytea", TestDatabase.SqlServer => "0x7b7d", _ => "x'7b7d'" };
        await FillAsync(pair.Legacy, $"INSERT INTO sync_outbox (module, entity, {key}, type, epoch, payload, created) SELECT 'sample', 'item', {text}, 'sample.item-changed/1', 1, {payload}, 1 FROM numbers");
        await FillAsync(pair.Legacy, $"INSERT INTO sync_version (module, entity, {key}, epoch, position, removed) SELECT 'sample', 'item', {text}, 1, n, 1 FROM numbers");
        Assert.AreEqual(Rows, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_version"));

        var started = Stopwatch.GetTimestamp();
        var (writes, longest) = await WriteBesideAsync(pair.Legacy, Task.Run(() => Sweeper(pair.Legacy).SweepAsync(CancellationToken.None)));
        TestContext.WriteLine($"{Provider}: {2 * Rows} rows in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s beside {writes} writes, the longest {longest.TotalMilliseconds:0} ms");
        Assert.IsLessThan(TimeSpan.FromSeconds(2), longest);
        Assert.AreEqual(0, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_version"));
        await SamplePair.DrainedAsync(pair.Legacy);
        Assert.AreEqual(0, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_outbox"));
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Sweep_LeavesWhatSomebodyWaitsFor()
    {
        await using var pair = await StartSyncedAsync();
        pair.ToService.Fault = Fault.Refuse;
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        var gone = await pair.Legacy.AddAsync(new Item { Code = "gone", ShelfId = 1 });
        await Sweeper(pair.Legacy).SweepAsync(CancellationToken.None);
        Assert.AreEqual(2, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM sync_outbox"));
        pair.ToService.Fault = Fault.None;
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.Legacy.UseAsync(async context =>
        {
            context.Remove(new Item { Id = gone, Code = "" });
            await context.SaveChangesAsync();
        });
        await SamplePair.DrainedAsync(pair.Legacy);
        // A tombstone that is young is kept: a late message must not bring the row back.
        await Sweeper(pair.Service).SweepAsync(CancellationToken.None);
        Assert.AreEqual(1, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM sync_version WHERE removed IS NOT NULL"));
    }

    [TestMethod, BugOfOthers(8)]
    public async Task Follow_WithReset_OverManyVersions_HoldsNoWriterUp()
    {
        await using var pair = await StartSyncedAsync();
        var text = Provider == TestDatabase.SqlServer ? "CAST(n AS nvarchar(20))" : "CAST(n AS text)";
        await FillAsync(pair.Service, $"INSERT INTO sync_version (module, entity, {SampleSql.KeyColumn(Provider)}, epoch, position) SELECT 'sample', 'old', {text}, 1, n FROM numbers");
        await pair.Service.DoAsync("follow", new { epoch = 1, reset = true });
        Assert.AreEqual(0, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM sync_version"));
    }
}

[TestClass]
public sealed class CleanUpOnSqlite() : CleanUpTests(TestDatabase.Sqlite);

[TestClass]
public sealed class CleanUpOnPostgreSql() : CleanUpTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class CleanUpOnSqlServer() : CleanUpTests(TestDatabase.SqlServer);
