using System.Diagnostics;
using System.Text.Json.Nodes;
using Contract.Tests.Targets;
using TestKit.Processes;

namespace Contract.Tests;

/// <summary>
/// What the monolith once answered (<c>Corpus/</c>, recorded with <c>strangler record</c> from freshly seeded data), asked again in its order, writes included, of each
/// that is to answer like it. <c>docs/reference/commands.md</c> says how it is recorded anew.
/// </summary>
[TestClass]
public sealed class CorpusTests
{
    private static readonly string Corpus = RepositoryRoot.File("tests/Contract.Tests/Corpus");

    [TestMethod]
    public async Task Legacy_AnswersAsRecorded()
    {
        await using var pair = await ShopPair.StartAsync();
        await ReplayAsync(pair.Legacy);
    }

    [TestMethod]
    public async Task Service_AnswersAsRecorded()
    {
        await using var pair = await ShopPair.StartAsync();
        await pair.HandOverAsync();
        await ReplayAsync(pair.Service);
    }

    [TestMethod]
    public async Task Proxy_AtExtracted_AnswersAsRecorded()
    {
        await using var system = await ProxiedShop.StartAsync("Extracted");
        await ReplayAsync(system.PublicUrl);
    }

    [TestMethod]
    public async Task Server_ThatAnswersDifferently_IsToldByFileAndPlace()
    {
        await using var pair = await ShopPair.StartAsync();
        using (var client = new HttpClient { BaseAddress = pair.Legacy }.WithShopKey())
        using (var changed = await client.PutAsync("/api/products/1", new StringContent("""{"sku":"SKU-000001","name":"Another","description":"","categoryId":1,"price":1}""", null, "application/json"))) changed.EnsureSuccessStatusCode();

        var (exit, document) = await RunAsync(pair.Legacy, "--writes");

        Assert.AreEqual(1, exit);
        var told = document["differing"]!.AsArray().SelectMany(static one => one!["differences"]!.AsArray().Select(d => $"{one["method"]} {one["target"]} {d!["path"]}")).ToArray();
        CollectionAssert.Contains(told, "GET /api/products/1 $.name");
        CollectionAssert.Contains(told, "GET /api/products/1 $.price");
        CollectionAssert.DoesNotContain(told, "GET /api/products/7 $.name");
    }

    private static async Task ReplayAsync(Uri server)
    {
        var (exit, document) = await RunAsync(server, "--writes");
        Assert.AreEqual(0, exit, document.ToJsonString());
        Assert.AreEqual(Directory.GetFiles(Corpus, "*.json").Length, (int)document["counts"]!["Match"]!, document.ToJsonString());
    }

    private static async Task<(int Exit, JsonNode Document)> RunAsync(Uri server, params string[] more)
    {
        var start = new ProcessStartInfo(Dotnet.Path, [RepositoryRoot.AssemblyOf("proxy/Strangler.Cli"), "replay", Corpus, "--module", "catalog", "--against", server.ToString(), "--json", "--header", $"{ShopApi.Header}: {ShopApi.Key}", .. more])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = RepositoryRoot.Path,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, JsonNode.Parse(output) ?? throw new InvalidOperationException(await errors));
    }
}
