using Markdig.Syntax;

namespace Docs.Tests.Pages;

/// <summary>Finds a page's code blocks, each with the directions directly above it, and the directions that stand alone.</summary>
internal sealed class PageItems(Page page)
{
    private readonly List<PageItem> _items = [];
    private readonly List<Direction> _pending = [];

    public IReadOnlyList<PageItem> Read()
    {
        foreach (var block in page.Document.Descendants<LeafBlock>())
        {
            Read(block);
        }

        Release();
        return _items;
    }

    private void Read(LeafBlock block)
    {
        if (block is HtmlBlock { Type: HtmlBlockType.Comment } comment)
        {
            ReadComment(comment);
        }
        else if (block is FencedCodeBlock fenced)
        {
            ReadFenced(fenced);
        }
        else
        {
            Release();
        }
    }

    private void ReadComment(HtmlBlock comment)
    {
        if (_pending.Count > 0 && comment.Line > _pending[^1].Line)
        {
            // A blank line in between: the earlier ones belong to no block.
            Release();
        }

        if (Direction.Read(comment.Lines.ToString(), comment.Line + 1) is { } direction)
        {
            _pending.Add(direction);
        }
    }

    private void ReadFenced(FencedCodeBlock fenced)
    {
        if (_pending.Count > 0 && fenced.Line > _pending[^1].Line)
        {
            Release();
        }

        var lines = fenced.Lines.Lines.Take(fenced.Lines.Count).Select(line => line.ToString());
        var language = (fenced.Info ?? "").Trim();
        var block = new CodeBlock(page.Path, fenced.Line + 1, language, [.. lines], [.. _pending]);
        _pending.Clear();
        _items.Add(new PageItem(block, null));
    }

    private void Release()
    {
        _items.AddRange(_pending.Select(direction => new PageItem(null, direction)));
        _pending.Clear();
    }
}
