using System.Text.RegularExpressions;

namespace Docs.Tests.Pages;

/// <summary>A row of a table.</summary>
internal sealed partial record TableRow(int Line, IReadOnlyList<string> Cells)
{
    /// <summary>What a cell has in backticks, in order.</summary>
    public IReadOnlyList<string> CodeIn(int column) => CodeOf(Cells.ElementAtOrDefault(column) ?? "");

    /// <summary>What a text has in backticks, in order.</summary>
    public static IReadOnlyList<string> CodeOf(string markdown) =>
        [.. InlineCode().Matches(markdown).Select(match => match.Groups["code"].Value.Trim())];

    [GeneratedRegex("(?<ticks>`+)(?<code>.+?)\\k<ticks>")]
    private static partial Regex InlineCode();
}
