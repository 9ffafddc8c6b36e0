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

    private async Task RunAsync(string name, IReadOnlyList<Page> pages)
    {
        Assert.IsNotEmpty(pages, "There are no such pages.");
        var chosen = pages.Where(IsChosen).ToList();
        if (chosen.Count == 0)
        {
            Assert.Inconclusive($"None of these pages is among {Environment.GetEnvironmentVariable(Chosen)}.");
        }

        var script = Script.Of(chosen);
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
