using System.Net;
using TestKit;

namespace Strangler.Tests.Admin;

[TestClass]
public sealed class PlainServersTests
{
    [TestMethod]
    [DataRow("prices", "/prices/7")]
    [DataRow("rates", "/convert")]
    public async Task Module_WithoutSync_MovesThroughAllStagesThereAndBack(string module, string read)
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        await StepAsync(proxy, module, "Syncing");
        await StepAsync(proxy, module, "Shadow");
        var refused = await proxy.PostAsync($"/admin/modules/{module}/advance", null, HttpStatusCode.Conflict);
        StringAssert.Contains(string.Join(" ", refused["unmet"]!.AsArray()), "at least 5");

        await ComparedAsync(proxy, module, read);
        await StepAsync(proxy, module, "Canary");
        await proxy.PostAsync($"/admin/modules/{module}/advance", new { percent = 100 });
        for (var i = 0; i < 10; i++) await proxy.Public.GetStringAsync(read);
        await StepAsync(proxy, module, "Extracted");
        var status = await proxy.ModuleAsync(module);
        Assert.AreEqual("service", (string?)status["owner"]);
        Assert.AreEqual(2, (int)status["epoch"]!);

        var back = await proxy.PostAsync($"/admin/modules/{module}/rollback", new { to = "Legacy" });
        Assert.AreEqual("Legacy", (string?)back["to"]);
        Assert.AreEqual(3, (int)back["epoch"]!);
        await StepAsync(proxy, module, "Syncing");
        await StepAsync(proxy, module, "Shadow");
        await ComparedAsync(proxy, module, read);
        var through = await proxy.PostAsync($"/admin/modules/{module}/advance", new { to = "Extracted" });
        Assert.AreEqual("Extracted", (string?)through["to"]);
        await StepAsync(proxy, module, "Retired");
        var last = await proxy.PostAsync($"/admin/modules/{module}/rollback", null, HttpStatusCode.Conflict);
        StringAssert.Contains(last["unmet"]![0]!.ToString(), "Retired");
    }

    [TestMethod]
    public async Task Write_OfASharedModule_GoesToTheOwner()
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        Assert.AreEqual("legacy", await WriteAsync(proxy));
        await proxy.PostAsync("/admin/modules/prices/advance", new { to = "Extracted", force = true, reason = "test" });
        Assert.AreEqual("service", await WriteAsync(proxy));
        await proxy.PostAsync("/admin/modules/prices/rollback", new { to = "Shadow" });
        Assert.AreEqual("legacy", await WriteAsync(proxy));
    }

    private static async Task<string> WriteAsync(ProxyOverPlainServers proxy)
    {
        using var answer = await proxy.Public.PostAsync("/prices/7", new StringContent("x"));
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task StepAsync(ProxyOverPlainServers proxy, string module, string expected) =>
        Assert.AreEqual(expected, (string?)(await proxy.PostAsync($"/admin/modules/{module}/advance"))["to"]);

    private static Task ComparedAsync(ProxyOverPlainServers proxy, string module, string read) => Eventually.TrueAsync(async () =>
    {
        await proxy.Public.GetStringAsync(read);
        var counts = (await proxy.ModuleAsync(module))["endpoints"]![0]!["counts"]!;
        return (long?)counts["Match"] >= 5;
    });
}
