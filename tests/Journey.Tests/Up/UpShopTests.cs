using System.Text.Json;
using Npgsql;
using TestKit;
using TestKit.Databases;
using TestKit.Processes;

namespace Journey.Tests.Up;

/// <summary>The shop as <c>up</c> starts it, on each kind of database: it answers, its catalog goes to the service, and all of it is there again after a restart.</summary>
[TestClass, DoNotParallelize]
public sealed class UpShopTests
{
    [TestMethod]
    [Timeout(300_000)]
    [DataRow(TestDatabase.Sqlite)]
    [DataRow(TestDatabase.PostgreSql)]
    [DataRow(TestDatabase.SqlServer)]
    public async Task Shop_BroughtToSyncingAndStartedAgain_KeepsStageAndRows(string provider)
    {
        using var directory = new TemporaryDirectory();
        using var publicPort = FreePort.Take();
        using var adminPort = FreePort.Take();
        using var moved = SystemDescription.Move(RepositoryRoot.File(".strangler/up.json"), RepositoryRoot.File(".strangler/plan.json"), directory.Path);
        var start = new TestProcessStart("proxy/Strangler.Cli")
        {
            Name = "up",
            Arguments =
            [
                "up", "--no-build", "--file", moved.UpFile, "--plan", moved.PlanFile, "--data", directory.File("data"), "--configuration", RepositoryRoot.Configuration,
                "--port", $"{publicPort.Number}", "--admin-port", $"{adminPort.Number}",
            ],
            Url = new Uri(publicPort.Url),
            PassUrl = false,
            Health = "/api/products/1",
            ReadyLimit = TimeSpan.FromMinutes(2),
        };
        using var client = new HttpClient { BaseAddress = new Uri(publicPort.Url) };

        await using (var up = await TestProcess.StartAsync(start with { Arguments = [.. start.Arguments, .. await ServerAsync(provider)] }))
        {
            using var admin = await AdminAsync();
            foreach (var page in new[] { "/", "/products", "/products/7", "/cart", "/api/orders/3" }) StringAssert.StartsWith((await client.GetAsync(page)).StatusCode.ToString(), "OK", page);
            await admin.AdvanceWhenAllowedAsync("catalog", "Syncing");
            await Eventually.GetAsync(() => admin.StatusAsync("catalog"), status => IsComplete(status, "backfill"), TimeSpan.FromMinutes(1), "The backfill");
            await admin.ReconcileAsync("catalog");
            var status = await Eventually.GetAsync(() => admin.StatusAsync("catalog"), status => IsComplete(status, "reconcile"), TimeSpan.FromMinutes(1), "The reconcile");
            var reconciled = status.GetProperty("sync").GetProperty("reconcile");
            Assert.AreEqual(0, reconciled.GetProperty("differences").GetInt32(), reconciled.ToString());
            Assert.IsGreaterThanOrEqualTo(1020, reconciled.GetProperty("rows").GetInt32(), "products and categories");
            await up.StopAsync();
        }

        await using (var again = await TestProcess.StartAsync(start))
        {
            using var admin = await AdminAsync();
            Assert.AreEqual("Syncing", await admin.StageAsync("catalog"));
            StringAssert.Contains(await client.GetStringAsync("/products/7"), "Pan 7");
            await again.StopAsync();
        }

        async Task<StranglerAdmin> AdminAsync() => new(new Uri(adminPort.Url), (await File.ReadAllTextAsync(directory.File("data/admin.key"))).Trim());
    }

    private static bool IsComplete(JsonElement status, string work) =>
        status.GetProperty("sync").TryGetProperty(work, out var state) && state.ValueKind == JsonValueKind.Object && state.GetProperty("state").GetString() == "complete";

    private static async Task<string[]> ServerAsync(string provider)
    {
        if (provider == TestDatabase.Sqlite) return [];
        if (provider == TestDatabase.SqlServer)
        {
            var server = Environment.GetEnvironmentVariable(SqlServerTestDatabase.Variable);
            if (string.IsNullOrWhiteSpace(server)) Assert.Inconclusive($"This test needs SQL Server. Set {SqlServerTestDatabase.Variable} to a connection string of one that may be tested with.");
            return ["--database", provider, "--connection", $"{server};Initial Catalog=up_{Environment.ProcessId}"];
        }

        var cluster = await PostgresCluster.GetAsync();
        return ["--database", provider, "--connection", new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = cluster.NextName("shop") }.ToString()];
    }
}
