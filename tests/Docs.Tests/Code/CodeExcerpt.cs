using System.Text.RegularExpressions;

namespace Docs.Tests.Code;

/// <summary>Lines that a page shows of a file: contiguous, save where a comment of three dots stands for lines left out.</summary>
internal sealed partial class CodeExcerpt
{
    private readonly List<List<string>> _parts = [[]];

    public CodeExcerpt(IEnumerable<string> lines)
    {
        foreach (var line in lines.Select(line => line.TrimEnd()))
        {
            if (LeftOut().IsMatch(line))
            {
                _parts.Add([]);
            }
            else
            {
                _parts[^1].Add(line);
            }
        }

        _parts.RemoveAll(part => part.TrueForAll(line => line.Length == 0));
    }

    /// <summary>True if the file has the parts in their order, indented by as much as the page has removed, the same everywhere.</summary>
    public bool IsIn(IReadOnlyList<string> file)
    {
        if (_parts.Count == 0)
        {
            return false;
        }

        return Enumerable.Range(0, file.Count).Any(start => IsAt(file, start));
    }

    private bool IsAt(IReadOnlyList<string> file, int start)
    {
        var first = _parts[0];
        var line = first.FindIndex(one => one.Length > 0);
        if (start + line >= file.Count)
        {
            return false;
        }

        var indentation = IndentationOf(file[start + line]) - IndentationOf(first[line]);
        if (indentation < 0 || !Matches(first, file, start, indentation))
        {
            return false;
        }

        var next = start + first.Count;
        foreach (var part in _parts.Skip(1))
        {
            while (!Matches(part, file, next, indentation))
            {
                if (++next > file.Count)
                {
                    return false;
                }
            }

            next += part.Count;
        }

        return true;
    }

    private static bool Matches(List<string> part, IReadOnlyList<string> file, int start, int indentation)
    {
        if (start + part.Count > file.Count)
        {
            return false;
        }

        var padding = new string(' ', indentation);
        return part.Index().All(one => file[start + one.Index].TrimEnd() == (one.Item.Length == 0 ? "" : padding + one.Item));
    }

    private static int IndentationOf(string line) => line.Length - line.TrimStart(' ').Length;

    [GeneratedRegex(@"^\s*(//|--|#|<!--|@\*|/\*)?\s*\.\.\.\s*(-->|\*@|\*/)?$")]
    private static partial Regex LeftOut();
}
