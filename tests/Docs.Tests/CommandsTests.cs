using System.IO.Enumeration;
using Docs.Tests.Commands;
using Docs.Tests.Pages;

namespace Docs.Tests;

/// <summary>Types what the pages have their readers type, and compares what is seen with what they say will be seen.</summary>
[TestClass]
[DoNotParallelize]
public sealed class CommandsTests
{
    /// <summary>Pages to run, in place of all: paths with stars, separated by commas.</summary>
    private const string Chosen = "DOCS_PAGES";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public Task StartPages_TypedFromTheTop_ShowWhatTheySay() =>
        RunAsync("start", [.. Documentation.Pages.Where(PageKinds.IsStart)]);

    [TestMethod]
    public Task StepPages_TypedInOrder_ShowWhatTheySay() => RunAsync("steps", Documentation.In("steps"));

    /// <summary>Each runbook causes its situation itself, on the system as the pages before it have left it.</summary>
    [TestMethod]
    public Task Runbooks_PlayedInOrder_ShowWhatTheySay()
    {
        // The list of them starts the system.
        var pages = Documentation.In("runbooks").OrderBy(page => page.Path != PageKinds.Runbooks);
        return RunAsync("runbooks", [.. pages], Installation());
    }

    private async Task RunAsync(string name, IReadOnlyList<Page> pages, params Page[] before)
    {
        Assert.IsNotEmpty(pages, "There are no such pages.");
        var chosen = pages.Where(IsChosen).ToList();
        if (chosen.Count == 0)
        {
            Assert.Inconclusive($"None of these pages is among {Environment.GetEnvironmentVariable(Chosen)}.");
        }

        var script = Script.Of([.. before, .. chosen]);
        foreach (var skipped in script.Steps.OfType<SkippedStep>())
        {
            TestContext.WriteLine($"{skipped.Place} is not run: {skipped.Reason}");
        }

        var log = CreateLog(name);
        using var offset = PortOffset.Take();
        await using var session = new Session(log, offset);
        await RepositoryCopy.MakeAsync(session.Work);
        try
        {
            await session.RunAsync(script);
            chosen.ForEach(page => PageCheck.Note(CheckNames.Commands, page, passed: true));
        }
        catch (ScriptFailure failure)
        {
            NotePagesBefore(failure.Page, chosen);
            Assert.Fail($"{failure.Message}\nEverything that was typed and seen: {log}");
        }
    }

    // The part of the start page that installs the command, up to its second section.
    private static Page Installation()
    {
        var start = Documentation.Get("docs/index.md");
        var next = start.Headings.Where(heading => heading.Level == 2).ElementAt(1);
        return Page.Parse(start.Path, string.Join('\n', start.Lines.Take(next.Line - 1)));
    }

    private static void NotePagesBefore(string? failed, List<Page> pages)
    {
        foreach (var page in pages.Take(pages.FindIndex(page => page.Path == failed)))
        {
            PageCheck.Note(CheckNames.Commands, page, passed: true);
        }
    }

    private static bool IsChosen(Page page) =>
        Environment.GetEnvironmentVariable(Chosen) is not { Length: > 0 } patterns
        || patterns.Split(',').Any(pattern => FileSystemName.MatchesSimpleExpression(pattern.Trim(), page.Path));

    private string CreateLog(string name)
    {
        var directory = Directory.CreateDirectory(TestContext.TestRunDirectory ?? Path.GetTempPath()).FullName;
        var log = Path.Combine(directory, $"commands-{name}.log");
        File.WriteAllText(log, "");
        TestContext.AddResultFile(log);
        return log;
    }
}
