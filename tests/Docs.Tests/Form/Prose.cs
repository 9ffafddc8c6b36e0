using System.Text.RegularExpressions;
using Docs.Tests.Pages;

namespace Docs.Tests.Form;

/// <summary>What a page says in words: no blocks, no code within a line, no comments and no targets of links.</summary>
internal static partial class Prose
{
    public static IEnumerable<(int Line, string Text)> Of(Page page)
    {
        var blocks = page.CodeBlocks.Select(block => (First: block.Line, Last: block.Line + block.Lines.Count + 1)).ToList();
        return page
            .Lines.Select((text, index) => (Line: index + 1, Text: text))
            .Where(one => !blocks.Exists(block => one.Line >= block.First && one.Line <= block.Last))
            .Select(one => (one.Line, NoProse().Replace(one.Text, " ")));
    }

    [GeneratedRegex(@"(`+).+?\1|<!--.*?-->|\]\([^)]*\)")]
    private static partial Regex NoProse();
}
