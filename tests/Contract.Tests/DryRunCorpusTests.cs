using System.Globalization;
using System.Text.Json.Nodes;
using Contract.Tests.Targets;
using Microsoft.Data.Sqlite;
using TestKit;
using TestKit.Processes;

namespace Contract.Tests;

/// <summary>
/// Every write of the contract, asked of the proxy at Shadow over real processes: the service's dry runs say the same as the monolith's writes, and the service's database
/// holds nothing but what was sent to it.
/// </summary>
[TestClass]
public sealed class DryRunCorpusTests
{
    private const string Module = "catalog";

    [TestMethod, DoNotParallelize]
    public async Task Corpus_AtShadow_AllMatchesAndNothingStays()
    {
        await using var way = await HeldDelivery.StartAsync();
        // The monolith sends through there; the service, which owns nothing, sends nothing.
        var environment = new Dictionary<string, string> { ["Sync__DryRun__Timeout"] = "00:00:30", ["Sync__Peers__catalog"] = way.Address.ToString() };
        await using var system = await ProxiedShop.StartAsync("Shadow", environment, started: one => way.LeadTo(one["catalog"]), edit: static plan => plan["limits"] = new JsonObject { ["candidateTimeout"] = "00:00:30" });
        await SettledAsync(system);
        var before = await DumpAsync(system, "catalog");

        var corpus = new Corpus(new Target(system.PublicUrl, system.PublicUrl, () => string.Join('\n', system.Processes.Select(process => $"{process.Name}:\n{process.Output}"))) { Around = request => OneByOneAsync(system, way, request) });
        await corpus.ProductsApi_TextThatSomeDatabaseCannotKeep_IsTheSameOnAll();
        await corpus.Api_NothingThere_404();
        await corpus.ProductsApi_WrongBody_4xx();
        await corpus.ProductsApi_CreateChangeRemove();
        await corpus.PricesApi_ChangesAllOrNone();
        await corpus.CategoriesApi_ListCreateChangeRemove();
        await corpus.ApiWrites_WithoutCredentials_RefusedBeforeTheBodyIsRead();
        await corpus.ApiWrites_Customer_Refused();
        await corpus.ApiWrites_Staff_Accepted();
        await corpus.EditPage_NotStaff_Refused();
        await corpus.EditPage_Staff_ShowsErrorsThenSaves();
        // A second product: the key of the first one, which is gone, must not come again on either side.
        await corpus.ProductsApi_CreateChangeRemove();

        var writes = await WritesAsync(system);
        foreach (var endpoint in writes) Console.WriteLine(endpoint.Told);
        Assert.IsTrue(writes.All(static one => one.Served > 0), "A write of the plan is not in the corpus.");
        if (writes.Any(static one => one.Matched < one.Served))
            Assert.Fail(string.Join('\n', writes.Select(static one => one.Told)) + await system.Admin.Client.GetStringAsync($"/admin/modules/{Module}/mismatches"));

        await SettledAsync(system);
        await AssertOnlyWhatWasSentAsync(system, before, await DumpAsync(system, "catalog"));
    }

    /// <summary>Lets nothing reach the service before the dry run is over, and everything before the next request.</summary>
    private static async Task OneByOneAsync(StranglerSystem system, HeldDelivery way, Func<Task> request)
    {
        way.Close();
        await request();
        await Eventually.GetAsync(() => WritesAsync(system), static all => all.Sum(static one => one.Compared) == all.Sum(static one => one.Served), TimeSpan.FromSeconds(60), "Comparing the write");
        way.Open();
        await SettledAsync(system);
    }

    /// <summary>The module's own tables and their keys are the monolith's; the versions are those that it has sent; all else is as it was.</summary>
    private static async Task AssertOnlyWhatWasSentAsync(StranglerSystem system, Dictionary<string, List<string>> before, Dictionary<string, List<string>> after)
    {
        var legacy = await DumpAsync(system, "legacy");
        foreach (var (table, rows) in after)
        {
            if (table is "products" or "categories") CollectionAssert.AreEqual(legacy["catalog_" + table], rows, table);
            else if (table == "sqlite_sequence") CollectionAssert.AreEqual(KeysOf(legacy, "catalog_"), KeysOf(after, ""), table);
            else if (table != "sync_version") CollectionAssert.AreEqual(before[table], rows, table);
        }

        var known = before["sync_version"].ToHashSet(StringComparer.Ordinal);
        var written = after["sync_version"].Where(row => !known.Contains(row)).ToList();
        // What the corpus leaves changed or removed: three products and two categories that came and went, two prices and an edited page.
        Assert.HasCount(8, written, string.Join('\n', written));
    }

    private static List<string> KeysOf(Dictionary<string, List<string>> dump, string prefix) =>
        [.. ((string[])["categories|", "products|"]).Select(name => dump["sqlite_sequence"].Single(row => row.StartsWith(prefix + name, StringComparison.Ordinal))[prefix.Length..])];

    private static Task SettledAsync(StranglerSystem system) => Eventually.TrueAsync(
        async () => (await system.Admin.StatusAsync(Module)).GetProperty("sync").GetProperty("pending").GetInt64() == 0, TimeSpan.FromSeconds(30), "The end of what is under way");

    private static async Task<List<Written>> WritesAsync(StranglerSystem system) =>
        [.. (await system.Admin.StatusAsync(Module)).GetProperty("endpoints").EnumerateArray().Where(static one => one.GetProperty("writes").GetBoolean()).Select(static one => new Written(
            one.GetProperty("servedByLegacy").GetInt64(), one.GetProperty("counts").EnumerateObject().Sum(static count => count.Value.GetInt64()), one.GetProperty("counts").GetProperty("Match").GetInt64(),
            $"{one.GetProperty("id")} {one.GetProperty("servedByLegacy")}: {string.Join(", ", one.GetProperty("counts").EnumerateObject().Where(static count => count.Value.GetInt64() > 0))} {one.GetProperty("dryRuns")}"))];

    private static async Task<Dictionary<string, List<string>>> DumpAsync(StranglerSystem system, string name)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(system.Data, name + ".db")};Pooling=False");
        await connection.OpenAsync();
        var dump = new Dictionary<string, List<string>>();
        foreach (var table in await RowsAsync(connection, "SELECT name FROM sqlite_master WHERE type = 'table'"))
            dump[table] = await RowsAsync(connection, $"SELECT * FROM \"{table}\"");
        return dump;
    }

    private static async Task<List<string>> RowsAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The names of the tables.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            // A relay's lease goes on by itself.
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Where(index => !reader.GetName(index).StartsWith("lease", StringComparison.Ordinal))
                .Select(index => reader.GetValue(index) is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(reader.GetValue(index), CultureInfo.InvariantCulture))));
        }

        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    private sealed record Written(long Served, long Compared, long Matched, string Told);

    /// <summary>The contract's tests as a list of requests, with their own checks.</summary>
#pragma warning disable MSTEST0030 // Its tests are run by the one above, one after the other, and not by the runner.
    private sealed class Corpus(Target target) : CatalogContract
#pragma warning restore MSTEST0030
    {
        private protected override Task<Target> TargetAsync() => Task.FromResult(target);
    }
}
