namespace Docs.Tests.Reference;

/// <summary>Writes a table as Markdown.</summary>
internal static class TableText
{
    public static IReadOnlyList<string> New(CodeTable table) => Lines([.. table.Columns, "meaning"], table.Rows.Select(Row));

    /// <summary>The code's columns as they are now, and beside them what people have written.</summary>
    public static IReadOnlyList<string> Merged(PageTable shown, CodeTable table)
    {
        var columns = table.Columns.Count;
        var written = shown.Rows.GroupBy(static row => row[0]).ToDictionary(static rows => rows.Key, static rows => rows.First());
        var rows = table.Rows.Select(row => written.TryGetValue(row.Key, out var cells) ? PageTable.Row([.. row.Cells, .. cells.Skip(columns)]) : Padded(row, shown.Headings.Count));
        return Lines([.. table.Columns, .. shown.Headings.Skip(columns)], rows);
    }

    public static string Row(CodeRow row) => PageTable.Row([.. row.Cells, row.Meaning]);

    private static string Padded(CodeRow row, int columns) => PageTable.Row([.. row.Cells, row.Meaning, .. Enumerable.Repeat("", columns - row.Cells.Count - 1)]);

    private static IReadOnlyList<string> Lines(IReadOnlyList<string> headings, IEnumerable<string> rows) =>
        [PageTable.Row(headings), $"|{string.Concat(Enumerable.Repeat("---|", headings.Count))}", .. rows];
}
