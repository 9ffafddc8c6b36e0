using System.Text.Json.Nodes;
using Strangler.Cli;
using Strangler.Cli.Commands;
using Strangler.Cli.Running;
using Strangler.Tests.Admin;

namespace Strangler.Tests.Cli;

[TestClass]
public sealed class WaitCommandTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [TestMethod]
    [DataRow(0, 0.0, true)]
    [DataRow(5, 0.2, true)]
    [DataRow(5, 1.5, false)]
    public void Synced_ChangesUnderWay_CountsOnlyThoseBeforeTheCall(int pending, double lag, bool synced)
    {
        var missing = WaitGoals.MissingForSynced(Module("Shadow", new JsonObject { ["pending"] = pending, ["lagSeconds"] = lag, ["parked"] = 0 }), Second);
        Assert.AreEqual(synced, missing.Count == 0, string.Join(' ', missing));
    }

    [TestMethod]
    public void Synced_OwnerSilent_IsMissing() =>
        StringAssert.Contains(WaitGoals.MissingForSynced(Module("Shadow", new JsonObject { ["parked"] = null }), Second).Single(), "does not say");

    [TestMethod]
    public void Synced_ParkedChange_IsMissing() => StringAssert.Contains(
        WaitGoals.MissingForSynced(Module("Shadow", new JsonObject { ["pending"] = 0, ["lagSeconds"] = 0.0, ["parked"] = 2 }), Second).Single(), "strangler parked list catalog");

    [TestMethod]
    public void Synced_FirstCopyNotDone_IsMissing()
    {
        var sync = new JsonObject { ["pending"] = 0, ["lagSeconds"] = 0.0, ["parked"] = 0, ["backfill"] = new JsonObject { ["state"] = "running", ["rows"] = 7, ["total"] = 9 } };
        StringAssert.Contains(WaitGoals.MissingForSynced(Module("Syncing", sync), Second).Single(), "7 of 9 rows");
    }

    [TestMethod]
    public void Synced_AtLegacy_Refuses() =>
        StringAssert.Contains(Assert.ThrowsExactly<CommandFailure>(() => WaitGoals.MissingForSynced(Module("Legacy", []), Second)).Message, "no changes flow");

    [TestMethod]
    public async Task Wait_ForReady_ReturnsOnceTheConditionsAreMetAndElseListsThem()
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        StringAssert.Contains((await RunAsync(proxy, 0, "wait", "prices", "--for", "ready")).Output, "prices: no condition of the next step is unmet");
        await RunAsync(proxy, 0, "advance", "prices", "--to", "Shadow");
        StringAssert.Contains((await RunAsync(proxy, 0, "wait", "prices", "--for", "shadow")).Output, "prices: at Shadow");

        var (output, error) = await RunAsync(proxy, 1, "wait", "prices", "--for", "ready", "--timeout", "00:00:00.2", "--json");

        StringAssert.Contains(error, "prices is not ready");
        StringAssert.Contains(error, "comparisons of prices.one");
        Assert.IsFalse((bool)JsonNode.Parse(output)!["met"]!);
        StringAssert.Contains((await RunAsync(proxy, 1, "wait", "prices", "--for", "Extracted", "--timeout", "00:00:00.2")).Error, "it is at Shadow");
        StringAssert.Contains((await RunAsync(proxy, 2, "wait", "prices", "--for", "Nowhere")).Error, "Use one of");
    }

    [TestMethod]
    public async Task Wait_ForSynced_ReturnsOnceTheChangesHaveArrived()
    {
        var (proxy, legacy, _) = await ProxyOverPlainServers.StartSyncedAsync();
        await using var owned = proxy;
        await RunAsync(proxy, 0, "advance", "catalog");
        legacy.Holds = true;
        legacy.Write("one");
        StringAssert.Contains((await RunAsync(proxy, 1, "wait", "catalog", "--timeout", "00:00:00.2")).Error, "under way");

        var wait = RunAsync(proxy, 0, "wait", "catalog");
        legacy.Release();

        StringAssert.Contains((await wait).Output, "every change made before this call has arrived");
    }

    // Through text, as the proxy sends it: a number made here would be of one type only.
    private static JsonNode Module(string stage, JsonObject sync) => JsonNode.Parse(new JsonObject
    {
        ["name"] = "catalog",
        ["stage"] = stage,
        ["owner"] = "legacy",
        ["data"] = "synced",
        ["switching"] = false,
        ["sync"] = sync,
    }.ToJsonString())!;

    private static async Task<(string Output, string Error)> RunAsync(ProxyOverPlainServers proxy, int expected, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await StranglerCommand.RunAsync([.. arguments, "--admin", proxy.AdminUrl.ToString(), "--key", ProxyOverPlainServers.Key], output, error);
        Assert.AreEqual(expected, code, output.ToString() + error);
        return (output.ToString(), error.ToString());
    }
}
