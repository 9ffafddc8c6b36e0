using System.Diagnostics;
using System.Text.RegularExpressions;
using TestKit;

namespace Journey.Tests.Up;

/// <summary>Several systems beside each other: data directories and ports.</summary>
[TestClass]
public sealed class UpDataTests
{
    [TestMethod]
    public async Task Up_PortOffset_MovesPortsPlanAndSettingsAndFollowsThePlan()
    {
        using var repository = new FakeRepository();
        const int Offset = 11_000;
        await using var up = await repository.UpReadyAsync("--port-offset", $"{Offset}", "--data", "moved");

        using var client = new HttpClient();
        var legacy = new Uri($"http://127.0.0.1:{repository.Legacy.Number + Offset}/");
        StringAssert.Contains(
            await client.GetStringAsync(new Uri(legacy, "environment/Seen")),
            $"http://127.0.0.1:{repository.Service.Number + Offset}|{repository.Legacy.Number + Offset}");
        StringAssert.Contains(up.Output, $"http://127.0.0.1:{repository.Public.Number + Offset}");
        var plan = await File.ReadAllTextAsync(repository.File("moved/plan.json"));
        StringAssert.Contains(plan, $"{repository.Service.Number + Offset}");
        StringAssert.Contains(plan, $"{repository.Legacy.Number + Offset}");

        await File.WriteAllTextAsync(repository.File(".strangler/plan.json"), "{ this is no plan");
        await Eventually.TrueAsync(() => File.ReadAllText(repository.File("moved/plan.json")).Contains("no plan", StringComparison.Ordinal), what: "the proxy sees the wrong plan, too");
        await up.StopAsync();
    }

    [TestMethod]
    public async Task Up_WithoutOffset_GivesTheProxyTheUsersOwnPlan()
    {
        using var repository = new FakeRepository();
        await using var up = await repository.UpReadyAsync();
        using var client = new HttpClient();
        var plan = await client.GetStringAsync(new Uri(repository.Public.Url + "/environment/Strangler__Plan"));
        Assert.AreEqual(repository.File(".strangler/plan.json"), plan);
        await up.StopAsync();
    }

    [TestMethod]
    [DataRow("--port-offset", "60000", "is no port")]
    [DataRow("--port-offset", "x", "--port-offset")]
    public async Task Up_WrongOffset_SaysSo(string option, string value, string said)
    {
        using var repository = new FakeRepository();
        var (exitCode, output) = await repository.UpRefusedAsync(option, value);
        Assert.AreEqual(2, exitCode, output);
        StringAssert.Contains(output, said);
    }

    [TestMethod]
    public async Task Up_NamedDirectory_PrintsCommandsThatFindItDespiteAnOlderKey()
    {
        using var repository = new FakeRepository();
        Directory.CreateDirectory(repository.File(".data"));
        await File.WriteAllTextAsync(repository.File(".data/admin.key"), "older");
        await using var up = await repository.UpReadyAsync("--data", ".data-other");

        StringAssert.Matches(up.Output, new Regex(@" status --data \.data-other\s"));
        // The fake proxy has no admin API; that it was asked, and not refused for want of a key or an `up`, is what matters here.
        var (_, output) = await repository.RunAsync("status", "--data", ".data-other");
        StringAssert.Contains(output, $"{repository.Admin.Url}/ answered 404");
        (var exitCode, output) = await repository.RunAsync("status");
        Assert.AreEqual(1, exitCode, output);
        StringAssert.Contains(output, $"'strangler up' does not run on {repository.File(".data")}");
        await up.StopAsync();
    }

    [TestMethod]
    public async Task Command_AfterUpWasKilled_SaysThatItDoesNotRun()
    {
        using var repository = new FakeRepository();
        await using (var up = await repository.UpReadyAsync())
        {
            await up.KillAsync();
            var (exitCode, output) = await repository.RunAsync("status");
            Assert.AreEqual(1, exitCode, output);
            StringAssert.Contains(output, $"'strangler up' does not run on {repository.File(".data")}");
        }

        // Stops what the killed one has left.
        await using var again = await repository.UpReadyAsync();
        await again.StopAsync();
    }

    [TestMethod]
    [DataRow(".data")]
    [DataRow("state/of the system")]
    public async Task Up_AnyDataDirectory_IsIgnoredByGit(string data)
    {
        using var repository = new FakeRepository();
        await GitAsync(repository, "init", "-q");
        await using (var up = await repository.UpReadyAsync("--data", data)) await up.StopAsync();

        var untracked = await GitAsync(repository, "status", "--porcelain", "--untracked-files=all");

        StringAssert.Contains(untracked, ".strangler/plan.json");
        Assert.IsFalse(untracked.Contains(data.Split('/')[0], StringComparison.Ordinal), untracked);
    }

    private static async Task<string> GitAsync(FakeRepository repository, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = repository.File("."), RedirectStandardOutput = true };
        using var git = Process.Start(start)!;
        var output = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync();
        Assert.AreEqual(0, git.ExitCode, output);
        return output;
    }
}
