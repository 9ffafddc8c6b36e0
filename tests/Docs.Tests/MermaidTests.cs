using Docs.Tests.Diagrams;
using Docs.Tests.Pages;
using TestKit.Processes;

namespace Docs.Tests;

/// <summary>Every diagram is one that Mermaid can draw.</summary>
[TestClass]
public sealed class MermaidTests
{
    [TestMethod]
    public async Task Diagrams_OfAllPages_AreUnderstoodByMermaid()
    {
        SkipIfMissing();
        await using var parser = await MermaidParser.StartAsync();
        var errors = new Dictionary<CodeBlock, string>();
        foreach (var block in Documentation.Pages.SelectMany(DiagramsOf))
        {
            if (await parser.FindErrorAsync(block.Text) is { } error)
            {
                errors[block] = $"{block.Place}: {error}";
            }
        }

        PageCheck.Run(
            CheckNames.Diagrams,
            Documentation.Pages.Where(page => DiagramsOf(page).Any()),
            page => DiagramsOf(page).Select(block => errors.GetValueOrDefault(block)).OfType<string>()
        );
    }

    [TestMethod]
    [DataRow("flowchart LR\n  a --> b", null)]
    [DataRow("flowchart LR\n  a --> [b", "Parse error on line 2")]
    [DataRow("flowchrat LR\n  a --> b", "No diagram type detected")]
    [DataRow("sequenceDiagram\n  a->>b: hold\n  end", "Parse error on line 3")]
    [DataRow("stateDiagram-v2\n  [*] --> Legacy : start\n  state {", "Parse error")]
    public async Task Diagram_WithAnError_IsNotUnderstood(string diagram, string? error)
    {
        SkipIfMissing();
        await using var parser = await MermaidParser.StartAsync();

        var found = await parser.FindErrorAsync(diagram);

        Assert.Contains(error ?? "", found ?? "");
        Assert.AreEqual(error is null, found is null, found);
    }

    [TestMethod]
    public void Version_OfTheScriptThatInstallsIt_IsTheParsers() =>
        Assert.Contains($"version={MermaidParser.Version}\n", File.ReadAllText(RepositoryRoot.File(".ci/install-mermaid")));

    private static IEnumerable<CodeBlock> DiagramsOf(Page page) => page.CodeBlocks.Where(block => block.Language == "mermaid");

    private static void SkipIfMissing()
    {
        if (MermaidParser.FindMissing() is { } missing)
        {
            Assert.Inconclusive(missing);
        }
    }
}
