namespace Docs.Tests.Reference;

/// <summary>A table as the code has it.</summary>
/// <param name="Name">What the marker above the page's table says.</param>
/// <param name="Columns">The headings of the columns that come from the code. Whatever stands to the right of them on a page is written by people.</param>
/// <param name="Rows">The rows in the order of the code.</param>
internal sealed record CodeTable(string Name, IReadOnlyList<string> Columns, IReadOnlyList<CodeRow> Rows);

/// <summary>One row of it.</summary>
/// <param name="Cells">The cells as Markdown; the first one names the row.</param>
/// <param name="Meaning">What a new row says in the next column until somebody writes it better.</param>
internal sealed record CodeRow(IReadOnlyList<string> Cells, string Meaning = "")
{
    public string Key => Cells[0];
}
