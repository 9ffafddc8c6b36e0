namespace Docs.Tests.Pages;

/// <summary>A table of a page, cell by cell as it is written, trimmed, and the text of the nearest heading above it.</summary>
internal sealed record Table(
    string Page,
    int Line,
    string Heading,
    IReadOnlyList<string> Header,
    IReadOnlyList<TableRow> Rows
)
{
    public string Place => $"{Page}:{Line}";

    /// <summary>The cells of one column, from the top.</summary>
    public IEnumerable<string> Column(int index) => Rows.Select(row => row.Cells.ElementAtOrDefault(index) ?? "");

    /// <summary>The cells of the column with this text in the header.</summary>
    public IEnumerable<string> Column(string header)
    {
        var index = Header.ToList().IndexOf(header);
        return index >= 0
            ? Column(index)
            : throw new InvalidOperationException(
                $"{Place}: no column '{header}'. There are: {string.Join(", ", Header)}."
            );
    }
}
