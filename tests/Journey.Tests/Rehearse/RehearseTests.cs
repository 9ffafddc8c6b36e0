using System.Text.Json;
using System.Text.Json.Nodes;
using TestKit;
using TestKit.Processes;

namespace Journey.Tests.Rehearse;

/// <summary>The rehearsal of the shop's plan, with real processes: good as it is, not good with a broken service, good while it is hurt.</summary>
[TestClass, DoNotParallelize]
public sealed class RehearseTests
{
    // The issue asks for two minutes on two cores; a machine that is shared takes longer.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [Timeout(500_000)]
    public async Task Shop_AsItIs_GoesThereAndBackWithNothingFailedLostOrDiffering()
    {
        using var directory = new TemporaryDirectory();
        var (exitCode, report, output) = await RunAsync("--out", directory.File("report.md"));

        Assert.AreEqual(0, exitCode, output);
        AssertGood(report, output);
        Assert.AreEqual(0, (int)report["retried"]!, "without faults a retry would hide a failure");
        var stages = report["stages"]!.AsArray().Select(static s => $"{s!["stage"]}").ToArray();
        CollectionAssert.AreEqual(
            new[]
            {
                "Legacy", "Syncing", "Shadow", "Canary 10 %", "Canary 50 %", "Canary 100 %", "Extracted",
                "Legacy", "Syncing", "Shadow", "Canary 10 %", "Canary 50 %", "Canary 100 %", "Extracted", "Retired",
            },
            stages, output);
        Assert.AreEqual(3, (int)report["pauseMilliseconds"]!["of"]!, "there, back and there again");
        Assert.IsGreaterThan(0, report["backfills"]!.AsArray().Count, output);
        Assert.IsEmpty(report["untouched"]!.AsArray());
        var markdown = await File.ReadAllTextAsync(directory.File("report.md"));
        StringAssert.Contains(markdown, "# Rehearsal of catalog");
        Assert.DoesNotContain(Path.GetTempPath(), markdown, "a report that is kept names no directory of the machine");
    }

    [TestMethod]
    [Timeout(500_000)]
    public async Task Shop_WithAServiceThatShowsWrongPrices_IsNotGoodAndNamesTheEndpoint()
    {
        using var directory = new TemporaryDirectory();
        using var moved = SystemDescription.Move(RepositoryRoot.File(".strangler/up.json"), RepositoryRoot.File(".strangler/plan.json"), directory.Path);
        var up = JsonNode.Parse(await File.ReadAllTextAsync(moved.UpFile))!;
        var service = up["processes"]!.AsArray().Single(static p => (string?)p!["name"] == "catalog")!;
        service["project"] = RepositoryRoot.File("tests/BrokenCatalog");
        await File.WriteAllTextAsync(moved.UpFile, up.ToJsonString());

        var (exitCode, report, output) = await RunAsync("--file", moved.UpFile, "--plan", moved.PlanFile, "--load", RepositoryRoot.File(".strangler/load.json"));

        Assert.AreEqual(1, exitCode, output);
        Assert.IsFalse((bool)report["good"]!);
        Assert.IsGreaterThan(0, (long)report["differing"]!, output);
        CollectionAssert.Contains(report["findings"]!["differing"]!["byEndpoint"]!.AsObject().Select(static e => e.Key).ToArray(), "catalog.product", output);
        StringAssert.Contains($"{report["stopped"]!["reason"]}", "match rate of catalog.product", output);
        Assert.AreEqual(0, (int)report["failed"]!, "the clients never met the broken service");
        Assert.AreEqual(0, (int)report["lost"]!, output);
    }

    [TestMethod]
    [Timeout(500_000)]
    public async Task Shop_WhileItIsHurt_LosesNothing()
    {
        var (exitCode, report, output) = await RunAsync("--faults", "kill,slow,drop");

        Assert.AreEqual(0, exitCode, output);
        AssertGood(report, output);
        var hurt = string.Join('\n', report["hurt"]!.AsArray());
        foreach (var done in new[] { "'catalog' killed", "'legacy' killed", "late for", "connections between the sides cut" }) StringAssert.Contains(hurt, done, output);
        Assert.DoesNotContain("had no effect", string.Join('\n', report["notes"]!.AsArray()), "the sides reach each other through the forwarders");
    }

    private static void AssertGood(JsonNode report, string output)
    {
        Assert.IsTrue((bool)report["good"]!, output);
        foreach (var count in new[] { "failed", "lost", "differing" }) Assert.AreEqual(0, (long)report[count]!, $"{count}\n{output}");
        Assert.IsGreaterThan(500, (int)report["requests"]!, output);
        Assert.IsGreaterThan(100, (int)report["writes"]!, output);
        Assert.IsGreaterThan(100, (int)report["compared"]!, output);
    }

    private async Task<(int ExitCode, JsonNode Report, string Output)> RunAsync(params string[] more)
    {
        await using var run = await TestProcess.StartAsync(new TestProcessStart("proxy/Strangler.Cli")
        {
            Name = "rehearse",
            Arguments = ["rehearse", "--json", "--no-build", "--configuration", RepositoryRoot.Configuration, .. more],
            WorkingDirectory = RepositoryRoot.Path,
            PassUrl = false,
            Health = null,
        });
        var exitCode = await run.WaitForExitAsync(Limit);
        TestContext.WriteLine(run.Output);
        try
        {
            return (exitCode, JsonNode.Parse(run.StandardOutput)!, run.Output);
        }
        catch (JsonException)
        {
            throw new AssertFailedException($"Exit code {exitCode}:\n{run.Output}");
        }
    }
}
