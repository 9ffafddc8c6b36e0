using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Strangler.Cli;
using Strangler.Tests.Admin;

namespace Strangler.Tests.Cli;

[TestClass]
public sealed class CommandTests
{
    [TestMethod]
    public async Task Commands_AgainstAProxy_EachPrintOneDocumentAndTheExitCode()
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        var status = await JsonAsync(proxy, 0, "status");
        Assert.AreEqual("prices", (string?)status["modules"]![0]!["name"]);
        Assert.AreEqual("Syncing", (string?)(await JsonAsync(proxy, 0, "advance", "prices"))["to"]);
        await JsonAsync(proxy, 0, "advance", "prices");
        var refused = await JsonAsync(proxy, 3, "advance", "prices");
        Assert.IsNotEmpty(refused["unmet"]!.AsArray());
        Assert.IsNull(refused["conditions"]![0]!["sentence"], "It would say everything twice");
        var canary = await JsonAsync(proxy, 0, "advance", "prices", "--to", "Canary", "--percent", "25", "--force", "--reason", "test");
        Assert.AreEqual(25, (int)canary["percent"]!);
        Assert.AreEqual("Legacy", (string?)(await JsonAsync(proxy, 0, "hold", "prices", "prices.one"))["stage"]);
        Assert.AreEqual("Canary", (string?)(await JsonAsync(proxy, 0, "hold", "prices", "prices.one", "--release"))["stage"]);
        Assert.IsNotNull((await JsonAsync(proxy, 0, "mismatches", "prices"))["mismatches"]);
        var token = await JsonAsync(proxy, 0, "side-token", "service", "--for", "00:10:00");
        StringAssert.StartsWith((string?)token["value"], "service;");
        Assert.AreEqual("Legacy", (string?)(await JsonAsync(proxy, 0, "rollback", "prices", "--to", "legacy"))["to"]);
        var audit = (await JsonAsync(proxy, 0, "audit", "prices"))["entries"]!.AsArray();
        Assert.IsTrue(audit.Any(e => (bool)e!["forced"]! && (string?)e["reason"] == "test"));
    }

    [TestMethod]
    public async Task Refusal_AsText_ListsWhatIsUnmetOnStandardError()
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        await RunAsync(proxy, "advance", "prices", "--to", "Shadow");
        var (code, output, error) = await RunAsync(proxy, "advance", "prices");
        Assert.AreEqual(3, code);
        Assert.AreEqual("", output);
        StringAssert.Contains(error, "Refused; prices stays at Shadow. 2 of 3 conditions unmet:");
        StringAssert.Matches(error, new Regex(@"✗ +comparisons of prices\.one +at least 5 +0 +Let more requests to GET /prices/\{id\} pass"));
        StringAssert.Matches(error, new Regex(@"✓ +service healthy"));
        (code, output, _) = await RunAsync(proxy, "status", "prices");
        Assert.AreEqual(0, code);
        StringAssert.Contains(output, "prices: Shadow, owner legacy at epoch 1");
    }

    [TestMethod]
    public async Task Mismatches_AsText_ShowTheGroupsAndWhatTheSidesSayNow()
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        await JsonAsync(proxy, 0, "advance", "prices", "--to", "Shadow");
        StringAssert.Contains((await RunAsync(proxy, "mismatches", "prices")).Output, "prices: no mismatches.");
        proxy.ServiceFails = true;
        await proxy.Public.GetStringAsync("/prices/7");
        var found = await TestKit.Eventually.GetAsync(() => JsonAsync(proxy, 0, "mismatches", "prices"), static seen => seen["groups"]!.AsArray().Count == 1);
        var group = (string)found["groups"]![0]!["id"]!;
        var table = (await RunAsync(proxy, "mismatches", "prices")).Output;
        foreach (var part in (string[])[group, "prices.one", "status", "Value", "200", "503", "GET /prices/7"]) StringAssert.Contains(table, part);
        StringAssert.Contains((await RunAsync(proxy, "mismatches", "prices", "--again", group)).Output, "GET /prices/7: Mismatch, the difference is still there");
        Assert.AreEqual(2, (await RunAsync(proxy, "mismatches", "prices", "--again", "none")).Code);
    }

    [TestMethod]
    public async Task Advance_AsText_ShowsEveryConditionThatWasMet()
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        var (code, output, _) = await RunAsync(proxy, "advance", "prices");
        Assert.AreEqual(0, code);
        StringAssert.Contains(output, "prices: Legacy -> Syncing");
        StringAssert.Matches(output, new Regex(@"✓ +service healthy +answers its health check +healthy"));
    }

    [TestMethod]
    public async Task Evidence_OfTheStepsMade_IsExportedAndNotReplacedUnasked()
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        await JsonAsync(proxy, 0, "advance", "prices", "--by", "Ada");
        await JsonAsync(proxy, 0, "advance", "prices", "--to", "Canary", "--force", "--reason", "a | b");
        var directory = Path.Combine(proxy.Directory, "evidence");
        var written = await JsonAsync(proxy, 0, "evidence", "prices", "--out", directory);
        CollectionAssert.AreEqual(
            new[]
            {
                "prices-001-legacy-to-syncing.json", "prices-001-legacy-to-syncing.md", "prices-002-syncing-to-shadow.json", "prices-002-syncing-to-shadow.md",
                "prices-003-shadow-to-canary-10.json", "prices-003-shadow-to-canary-10.md",
            },
            written["files"]!.AsArray().Select(static f => (string)f!).ToArray());
        var first = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(directory, "prices-001-legacy-to-syncing.json")))!;
        Assert.AreEqual("Ada", (string?)first["evidence"]!["by"]);
        Assert.AreEqual("service healthy", (string?)first["evidence"]!["conditions"]![0]!["name"]);
        var forced = await File.ReadAllTextAsync(Path.Combine(directory, "prices-003-shadow-to-canary-10.md"));
        StringAssert.Contains(forced, "| **forced** | a \\| b |");
        StringAssert.Matches(forced, new Regex(@"\| by \| \S+@\S+ \|"));
        StringAssert.Contains(forced, "| **not met** | comparisons of prices.one | at least 5 | 0 |");

        var again = await RunAsync(proxy, "evidence", "prices", "--out", directory);
        Assert.AreEqual(2, again.Code);
        StringAssert.Contains(again.Error, "--overwrite");
        await JsonAsync(proxy, 0, "evidence", "prices", "--out", directory, "--overwrite");
    }

    [TestMethod]
    [DataRow(2, "advance")]
    [DataRow(2, "advance", "prices", "--to", "Nowhere")]
    [DataRow(2, "advance", "prices", "--percent", "0")]
    [DataRow(2, "advance", "prices", "--force")]
    [DataRow(2, "advance", "other")]
    [DataRow(2, "hold", "prices", "prices.one", "--at", "Shadow", "--release")]
    [DataRow(2, "rollback", "prices")]
    [DataRow(2, "parked", "list", "prices")]
    [DataRow(2, "parked", "retry", "prices")]
    [DataRow(2, "parked", "retry", "prices", "7", "--all")]
    [DataRow(2, "parked", "discard", "prices", "--all")]
    [DataRow(2, "evidence", "prices")]
    [DataRow(2, "side-token", "elsewhere")]
    [DataRow(2, "side-token", "service", "--for", "100.00:00:00")]
    [DataRow(2, "unknown")]
    [DataRow(2, "status", "--watch", "--json")]
    [DataRow(2, "plan", "validate", "/nowhere/plan.json")]
    public async Task WrongUse_OfACommand_ExitsWithTwoAndSaysWhy(int expected, params string[] arguments)
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        var (code, _, error) = await RunAsync(proxy, arguments);
        Assert.AreEqual(expected, code, error);
        Assert.IsGreaterThan(10, error.Length);
    }

    [TestMethod]
    public async Task Parked_ListRetryDiscard_ReachTheOwnerAndAreAudited()
    {
        var (proxy, legacy, service) = await ProxyOverPlainServers.StartSyncedAsync();
        await using var owned = proxy;
        legacy.Parked = 3;
        var list = await JsonAsync(proxy, 0, "parked", "list", "catalog");
        Assert.AreEqual("legacy", (string?)list["side"]);
        CollectionAssert.AreEqual(new[] { 1L, 2L, 3L }, list["parked"]!.AsArray().Select(p => (long)p!["position"]!).ToArray());
        StringAssert.Contains((await RunAsync(proxy, "parked", "list", "catalog")).Output, "no such category");

        Assert.AreEqual(1, (int)(await JsonAsync(proxy, 0, "parked", "retry", "catalog", "3"))["count"]!);
        Assert.AreEqual(2, (int)(await JsonAsync(proxy, 0, "parked", "discard", "catalog", "--all", "--yes"))["count"]!);
        Assert.AreEqual(0, (int)(await JsonAsync(proxy, 0, "parked", "discard", "catalog", "--all", "--yes"))["count"]!);
        await JsonAsync(proxy, 1, "parked", "retry", "catalog", "9");
        CollectionAssert.AreEqual(new[] { "parked/retry", "parked/discard", "parked/retry" }, legacy.Calls);
        Assert.IsEmpty(service.Calls);
        var entry = (await JsonAsync(proxy, 0, "audit", "catalog"))["entries"]!.AsArray().Single(e => (string?)e!["action"] == "parked-discard")!;
        StringAssert.Contains((string?)entry["detail"], "product 8 at 2 for catalog: no such category");
        Assert.AreEqual("2 changes", (string?)entry["to"]);
    }

    [TestMethod]
    public async Task Proxy_NotReachable_NamesTheUrlAndUp()
    {
        var (code, output, error) = await RunAsync("status", "--admin", "http://127.0.0.1:1", "--key", "k", "--json");
        Assert.AreEqual(1, code);
        StringAssert.Contains(error, "http://127.0.0.1:1");
        StringAssert.Contains(error, "strangler up");
        Assert.IsNotNull(JsonNode.Parse(output)!["error"]);
    }

    [TestMethod]
    public async Task Key_Wrong_Fails()
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        var (code, _, error) = await RunAsync("status", "--admin", proxy.AdminUrl.ToString(), "--key", "wrong");
        Assert.AreEqual(1, code);
        StringAssert.Contains(error, "key");
    }

    [TestMethod]
    public async Task PlanValidate_WithErrors_ListsThemAllAndExitsWithOne()
    {
        using var directory = new TestKit.TemporaryDirectory();
        var file = directory.File("plan.json");
        await File.WriteAllTextAsync(file, """
            { "legacy": { "address": "nowhere" }, "modules": { "a": { "service": { "addresses": [] }, "endpoints": [ { "id": "x", "match": "GET" } ], "wrong": 1 } } }
            """);
        var (code, output, _) = await RunAsync("plan", "validate", file, "--json");
        Assert.AreEqual(1, code);
        var errors = JsonNode.Parse(output)!["errors"]!.AsArray();
        Assert.IsGreaterThan(2, errors.Count);
        Assert.IsNotNull((string?)errors[0]!["mend"]);

        await File.WriteAllTextAsync(file, """
            { "legacy": { "address": "http://127.0.0.1:1" }, "modules": { "a": { "service": { "addresses": ["http://127.0.0.1:2"] }, "data": "none", "endpoints": [ { "id": "x", "match": "GET /x" } ] } } }
            """);
        (code, output, _) = await RunAsync("plan", "validate", file);
        Assert.AreEqual(0, code, output);
        StringAssert.Contains(output, "1 endpoint");
    }

    [TestMethod]
    [DataRow("status")]
    [DataRow("advance")]
    [DataRow("rollback")]
    [DataRow("backfill")]
    [DataRow("wait")]
    [DataRow("stop")]
    [DataRow("start")]
    [DataRow("restart")]
    [DataRow("reconcile")]
    [DataRow("mismatches")]
    [DataRow("detach")]
    [DataRow("hold")]
    [DataRow("parked")]
    [DataRow("audit")]
    [DataRow("evidence")]
    [DataRow("side-token")]
    public async Task Help_OfACommand_HasExamples(string command)
    {
        var (code, output, _) = await RunAsync(command, "--help");
        Assert.AreEqual(0, code);
        StringAssert.Contains(output, $"strangler {command}");
        StringAssert.Contains(output, "--json");
    }

    private static async Task<JsonNode> JsonAsync(ProxyOverPlainServers proxy, int expected, params string[] arguments)
    {
        var (code, output, error) = await RunAsync(proxy, [.. arguments, "--json"]);
        Assert.AreEqual(expected, code, output + error);
        return JsonNode.Parse(output)!;
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(ProxyOverPlainServers proxy, params string[] arguments) =>
        RunAsync([.. arguments, "--admin", proxy.AdminUrl.ToString(), "--key", ProxyOverPlainServers.Key]);

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await StranglerCommand.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
