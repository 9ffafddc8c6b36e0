using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Docs.Tests.Pages;

/// <summary>A page of Markdown, taken apart.</summary>
internal sealed class Page
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UsePreciseSourceLocation()
        .Build();

    private Page(string path, string text)
    {
        Path = path;
        Text = text.ReplaceLineEndings("\n");
        Lines = Text.TrimEnd('\n').Split('\n');
        Document = Markdown.Parse(Text, Pipeline);
        var anchors = new Anchors();
        Headings =
        [
            .. Document
                .Descendants<HeadingBlock>()
                .Select(block => (Block: block, Text: PlainText.Of(block.Inline)))
                .Select(one => new Heading(one.Block.Level, one.Text, anchors.Next(one.Text), one.Block.Line + 1)),
        ];
        Items = [.. new PageItems(this).Read()];
        Tables = [.. Document.Descendants<Markdig.Extensions.Tables.Table>().Select(Read)];
    }

    /// <summary>Where the page is, relative to the top of the repository, with slashes.</summary>
    public string Path { get; }

    public string Text { get; }

    public IReadOnlyList<string> Lines { get; }

    public MarkdownDocument Document { get; }

    public IReadOnlyList<Heading> Headings { get; }

    /// <summary>Code blocks, and the directions that belong to none, in the order of the page.</summary>
    public IReadOnlyList<PageItem> Items { get; }

    public IEnumerable<CodeBlock> CodeBlocks => Items.Select(item => item.Block).OfType<CodeBlock>();

    public IReadOnlyList<Table> Tables { get; }

    public IEnumerable<Link> Links =>
        Document
            .Descendants<LinkInline>()
            .Select(link => new Link(Path, link.Url ?? "", link.IsImage, link.Line + 1));

    public static Page Parse(string path, string text) => new(path, text);

    /// <summary>The only table under the heading with this text.</summary>
    public Table TableUnder(string heading) => TablesUnder(heading).Single();

    public IEnumerable<Table> TablesUnder(string heading) => Tables.Where(table => table.Heading == heading);

    private Table Read(Markdig.Extensions.Tables.Table table)
    {
        var rows = table.OfType<Markdig.Extensions.Tables.TableRow>().ToList();
        var heading = Headings.LastOrDefault(one => one.Line <= table.Line)?.Text ?? "";
        var header = rows.Where(row => row.IsHeader).SelectMany(Cells);
        var body = rows.Where(row => !row.IsHeader).Select(row => new TableRow(row.Line + 1, [.. Cells(row)]));
        return new Table(Path, table.Line + 1, heading, [.. header], [.. body]);
    }

    private IEnumerable<string> Cells(Markdig.Extensions.Tables.TableRow row) =>
        row.OfType<TableCell>().Select(cell => Source(cell).Trim().Trim('|').Trim());

    private string Source(TableCell cell) =>
        cell.Span.IsEmpty ? "" : Text.Substring(cell.Span.Start, cell.Span.Length).Replace("\\|", "|", StringComparison.Ordinal);
}
