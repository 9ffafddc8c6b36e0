using System.Globalization;
using System.Text.Json.Nodes;
using TestKit;

namespace Journey.Tests.Canary;

/// <summary>A service that gets worse while half of the clients are on it. Nobody but the judge takes them back.</summary>
[TestClass, DoNotParallelize]
public sealed class JudgedCanaryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [Timeout(400_000)]
    public async Task Service_SlowThenWrongThenFailingThenDead_ReadsAreBackOnTheLegacyEachTime()
    {
        await using var system = await GoodsSystem.StartAsync();
        await using var traffic = new GoodsTraffic(system.Public);
        await system.Admin.AdvanceAsync("goods", "Shadow");

        await ToCanaryAsync(system, traffic);
        await system.ServiceAsync("?wait=00:00:00.200");
        await TakenBackAsync(system, 1, "Latency", "is slower");
        await system.ServiceAsync();

        await ToCanaryAsync(system, traffic);
        await system.ServiceAsync("?say=!");
        await TakenBackAsync(system, 2, "Mismatches", "answers otherwise");
        await MendAsync(system);
        Assert.IsEmpty(traffic.Failures, string.Join('\n', traffic.Failures.Take(5)));

        await ToCanaryAsync(system, traffic);
        await system.ServiceAsync("?code=500");
        // A failure is another answer than the legacy's too: whichever is certain first.
        var judged = await TakenBackAsync(system, 3, "Errors", "fails more often", "Mismatches", "answers otherwise");
        // The other proxy hears of it at its next look at the store. Mirrored requests meet the service's failures from then on; clients do not.
        await PassAsync(traffic, 200);
        var seen = traffic.Failures.Count;
        var figures = JsonNode.Parse((string)judged["detail"]!)!["figures"]!;
        Assert.IsGreaterThanOrEqualTo(4, (int)figures["service"]!["failed"]! + (int)figures["mismatched"]!, "the judge has counted what the clients saw");
        Assert.IsLessThanOrEqualTo(await system.ServiceFailuresAsync(), seen, "every failure that a client saw is the service's own");
        await PassAsync(traffic, 40);
        Assert.HasCount(seen, traffic.Failures, "nobody sees a failure any more");
        await MendAsync(system);

        await ToCanaryAsync(system, traffic);
        await system.Service.KillAsync();
        await TakenBackAsync(system, 4, "Errors", "fails more often");
        await PassAsync(traffic, 40);
        Assert.HasCount(seen, traffic.Failures, "the legacy has answered in the place of a service that is not there");
        Assert.IsEmpty(traffic.Broken, string.Join('\n', traffic.Broken.Take(5)));

        var log = await system.JudgedAsync();
        Assert.HasCount(4, log, "one breach, one rollback, and two proxies that saw it");
    }

    /// <summary>The service answers as it should again, and what was compared at Shadow before it did counts no more.</summary>
    private static async Task MendAsync(GoodsSystem system)
    {
        await system.ServiceAsync();
        await system.Admin.RollbackAsync("goods", "Syncing");
        await system.Admin.AdvanceAsync("goods", "Shadow");
    }

    /// <summary>Half of the clients, on evidence: what was compared since the last time, and a service that is no worse.</summary>
    private static async Task ToCanaryAsync(GoodsSystem system, GoodsTraffic traffic)
    {
        await system.Admin.AdvanceWhenAllowedAsync("goods", "Canary", 50, limit: Patience);
        // Both sides get known at a canary that is well, at both proxies.
        await Eventually.GetAsync(
            async () => (await system.StatusAsync()).GetProperty("canary").GetProperty("figures")[0],
            static all => all.GetProperty("service").GetProperty("answered").GetInt32() >= 60 && all.GetProperty("legacy").GetProperty("answered").GetInt32() >= 60,
            Patience, "a canary that has been looked at");
        await PassAsync(traffic, 40);
    }

    private async Task<JsonObject> TakenBackAsync(GoodsSystem system, int times, params string[] kindsAndReasons)
    {
        var log = await Eventually.GetAsync(system.JudgedAsync, entries => entries.Length >= times, Patience, $"reads taken back for {kindsAndReasons[0]}");
        var entry = log[times - 1];
        var breach = JsonNode.Parse((string)entry["detail"]!)!;
        TestContext.WriteLine($"{entry["at"]}: {entry["from"]} -> {entry["to"]} since {breach["since"]}: {entry["reason"]}");
        Assert.AreEqual(("Canary 50%", "Shadow"), ((string?)entry["from"], (string?)entry["to"]));
        var found = Array.IndexOf(kindsAndReasons, (string)breach["kind"]!);
        Assert.IsGreaterThanOrEqualTo(0, found, (string?)entry["reason"]);
        StringAssert.Contains((string?)entry["reason"], kindsAndReasons[found + 1]);
        // By the judge's own clock, from the first answer that counts to what is published.
        var (at, since) = (Time(entry["at"]), Time(breach["since"]));
        Assert.IsLessThanOrEqualTo(TimeSpan.FromSeconds(10), at - since);
        Assert.AreEqual("Shadow", (await system.StatusAsync()).GetProperty("stage").GetString());
        return entry;
    }

    private static DateTimeOffset Time(JsonNode? node) => DateTimeOffset.Parse((string)node!, CultureInfo.InvariantCulture);

    private static Task PassAsync(GoodsTraffic traffic, int requests)
    {
        var goal = traffic.Asked + requests;
        return Eventually.TrueAsync(() => traffic.Asked >= goal, Patience, $"{requests} more requests");
    }
}
