using System.Globalization;
using System.Text.RegularExpressions;
using Docs.Tests.Code;
using Docs.Tests.Pages;
using TestKit.Processes;

namespace Docs.Tests;

/// <summary>The changes that pages show are those that were made, and each page counts its own.</summary>
[TestClass]
public sealed partial class DiffTests
{
    private const string Monolith = "legacy";

    private const string Sample = """
        diff --git a/legacy/A.cs b/legacy/A.cs
        --- a/legacy/A.cs
        +++ b/legacy/A.cs
        @@ -1,3 +1,4 @@
         one
        --- two
        +++ two
        +three
         four
        diff --git a/docs/b.md b/docs/b.md
        --- /dev/null
        +++ b/docs/b.md
        @@ -0,0 +1 @@
        +five
        """;

    [TestMethod]
    public void DiffBlocks_OfAllPages_AreOfTheirFiles() =>
        PageCheck.Run(CheckNames.Diffs, Documentation.Pages, page => [.. BlockErrorsOf(page), .. CountErrorsOf(page)]);

    [TestMethod]
    public void DiffFiles_OfTheSteps_BelongToAPageEach()
    {
        var numbers = Documentation.In("steps").Select(page => Path.GetFileName(page.Path)[..2]).ToHashSet();
        var lost = ChangeFiles.All.Where(file => !numbers.Contains(file.Number)).Select(file => file.Path);

        Assert.IsEmpty(lost);
    }

    [TestMethod]
    public void DiffFile_LinesThatLookLikeNames_AreCounted()
    {
        var diff = DiffFile.Parse(Sample);

        Assert.AreEqual(3, diff.CountUnder(Monolith));
        Assert.AreEqual(1, diff.CountUnder("docs"));
    }

    [TestMethod]
    public void Page_WithAChangeOfNoFile_HasAnError() =>
        Assert.Contains("needs <!-- diff: FILE -->", BlockErrorsOf(Page.Parse("a.md", "```diff\n+a\n```")).Single());

    [TestMethod]
    public void Page_WithoutItsCount_HasAnError()
    {
        if (ChangeFiles.All is [var change, ..])
        {
            var count = DiffFile.Parse(change.Text).CountUnder(Monolith);
            var path = $"docs/steps/{change.Number}-page.md";

            Assert.Contains("does not say", CountErrorsOf(Page.Parse(path, "# Page")).Single());
            Assert.Contains(
                $"and not {count + 1}",
                CountErrorsOf(Page.Parse(path, $"Lines of the monolith touched: **{count + 1}**")).Single()
            );
        }
    }

    private static IEnumerable<string> BlockErrorsOf(Page page) =>
        page.CodeBlocks.Where(block => block.Language == "diff").Select(ErrorOf).OfType<string>();

    private static string? ErrorOf(CodeBlock block)
    {
        if (block.Find("diff") is not { } path)
        {
            return $"{block.Place}: a block of diff needs <!-- diff: FILE --> above it.";
        }

        var file = RepositoryRoot.File(path);
        if (!File.Exists(file))
        {
            return $"{block.Place}: there is no file {path}.";
        }

        return new CodeExcerpt(block.Lines).IsIn(File.ReadAllLines(file))
            ? null
            : $"{block.Place}: these lines are not in {path}, or not in one piece:\n{block.Text}";
    }

    private static IEnumerable<string> CountErrorsOf(Page page)
    {
        if (!PageKinds.IsStep(page))
        {
            yield break;
        }

        var file = ChangeFiles.All.SingleOrDefault(file => file.Number == Path.GetFileName(page.Path)[..2]);
        var touched = file is null ? 0 : DiffFile.Parse(file.Text).CountUnder(Monolith);
        var said = Touched().Match(page.Text);
        if (!said.Success && file is not null)
        {
            yield return $"{page.Path} does not say: Lines of the monolith touched: **{touched}**";
        }
        else if (said.Success && int.Parse(said.Groups["count"].Value, CultureInfo.InvariantCulture) != touched)
        {
            yield return $"{page.Path}: the monolith is touched in {touched} lines and not {said.Groups["count"].Value}.";
        }
    }

    [GeneratedRegex(@"Lines of the monolith touched: \*\*(?<count>[0-9]+)\*\*")]
    private static partial Regex Touched();
}
