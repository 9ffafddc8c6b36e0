using System.Text.RegularExpressions;
using Docs.Tests.Pages;

namespace Docs.Tests;

/// <summary>A translated page has the commands and outputs of the English one, so that one run is a check of both.</summary>
[TestClass]
public sealed partial class LanguageTests
{
    [TestMethod]
    public void Translations_AllOfThem_HaveTheCommandsOfTheEnglishPage() =>
        PageCheck.Run(
            CheckNames.Languages,
            Documentation.Pages.Where(PageKinds.IsTranslation),
            page => ErrorsOf(page, Documentation.Get(page.Path.Replace(".ko.md", ".md", StringComparison.Ordinal)))
        );

    [TestMethod]
    [DataRow("docs/index.ko.md")]
    [DataRow("docs/why.ko.md")]
    public void Translations_OfTheStartAndTheReasons_AreThere(string path) => Assert.IsNotNull(Documentation.Find(path));

    [TestMethod]
    [DataRow("```sh\na --b # 설명\n```", 0, DisplayName = "a translated comment")]
    [DataRow("```sh\na --c # comment\n```", 1, DisplayName = "another command")]
    [DataRow("", 1, DisplayName = "a missing command")]
    [DataRow("```sh\na --b\n```\n```sh\nc\n```", 1, DisplayName = "one more command")]
    [DataRow("```text\na --b\n```", 1, DisplayName = "an output in its place")]
    public void Translation_ComparedWithTheEnglishPage_HasErrors(string text, int errors)
    {
        var english = Page.Parse("docs/a.md", "```sh\na --b # comment\n```");

        Assert.HasCount(errors, ErrorsOf(Page.Parse("docs/a.ko.md", text), english));
    }

    private static IReadOnlyList<string> ErrorsOf(Page page, Page english)
    {
        var (here, there) = (BlocksOf(page), BlocksOf(english));
        var different = Enumerable
            .Range(0, Math.Max(here.Count, there.Count))
            .Where(index => TextOf(here, index) != TextOf(there, index))
            .Take(1);
        return [.. different.Select(index => $"{PlaceOf(here, index, page)} is not as {PlaceOf(there, index, english)}.")];
    }

    private static IReadOnlyList<CodeBlock> BlocksOf(Page page) =>
        [.. page.CodeBlocks.Where(block => block.Language is "sh" or "text")];

    private static string? TextOf(IReadOnlyList<CodeBlock> blocks, int index) =>
        blocks.ElementAtOrDefault(index) is { } block ? $"{block.Language}\n{Comment().Replace(block.Text, "")}" : null;

    private static string PlaceOf(IReadOnlyList<CodeBlock> blocks, int index, Page page) =>
        blocks.ElementAtOrDefault(index)?.Place ?? $"the end of {page.Path}";

    [GeneratedRegex("(^|[ \t]+)#.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
