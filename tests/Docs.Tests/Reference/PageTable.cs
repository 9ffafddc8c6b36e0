using System.Text.RegularExpressions;

namespace Docs.Tests.Reference;

/// <summary>A table of a page that claims to equal the code: it stands below a comment <c>table: NAME</c>.</summary>
/// <param name="Name">The name in the comment.</param>
/// <param name="First">The line of its headings, from 0.</param>
/// <param name="Headings">Its headings.</param>
/// <param name="Rows">The cells of its rows.</param>
internal sealed partial record PageTable(string Name, int First, IReadOnlyList<string> Headings, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public static IReadOnlyList<PageTable> In(IReadOnlyList<string> lines)
    {
        var found = new List<PageTable>();
        for (var index = 0; index < lines.Count; index++)
        {
            if (Marker().Match(lines[index]) is { Success: true } marker) found.Add(Read(marker.Groups["name"].Value, lines, index + 1));
        }

        return found;
    }

    /// <summary>The cells of a row; a vertical bar behind a backslash does not end one.</summary>
    public static IReadOnlyList<string> Cells(string row) => [.. Bar().Split(row.Trim().Trim('|')).Select(static cell => cell.Trim())];

    public static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static PageTable Read(string name, IReadOnlyList<string> lines, int first)
    {
        while (first < lines.Count && lines[first].Length == 0) first++;
        var rows = lines.Skip(first).TakeWhile(static line => line.StartsWith('|')).ToList();
        if (rows.Count < 2) return new PageTable(name, first, [], []);
        return new PageTable(name, first, Cells(rows[0]), [.. rows.Skip(2).Select(Cells)]);
    }

    [GeneratedRegex("^<!-- table: (?<name>.+?) -->$")]
    private static partial Regex Marker();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();
}
