using System.Text.RegularExpressions;
using Docs.Tests.Pages;

namespace Docs.Tests.Commands;

/// <summary>What a page says will be seen. Each of its lines has to occur in the output, in this order.</summary>
internal sealed class ExpectedOutput
{
    private readonly List<(string Line, Regex Pattern)> _lines;

    private ExpectedOutput(CodeBlock block, VaryingParts varying)
    {
        Block = block;
        _lines =
        [
            .. block
                .Lines.Select(OutputText.Fold)
                .Where(line => line is not ("" or "..."))
                .Select(line => (line, varying.PatternOf(line))),
        ];
    }

    public CodeBlock Block { get; }

    /// <summary>Directions may stand above the block itself or above the block of the command.</summary>
    public static ExpectedOutput Of(CodeBlock block, CodeBlock? command, ICollection<string> errors)
    {
        CodeBlock[] blocks = command is null ? [block] : [command, block];
        return new ExpectedOutput(block, VaryingParts.Read(block, blocks.SelectMany(one => one.Directions), errors));
    }

    /// <summary>The first line that does not occur after the ones before it; null if all of them do.</summary>
    public string? FindMissing(string output)
    {
        using var seen = OutputText.LinesOf(output).GetEnumerator();
        foreach (var (line, pattern) in _lines)
        {
            if (!AdvanceTo(seen, pattern))
            {
                return line;
            }
        }

        return null;
    }

    private static bool AdvanceTo(IEnumerator<string> seen, Regex pattern)
    {
        while (seen.MoveNext())
        {
            if (pattern.IsMatch(seen.Current))
            {
                return true;
            }
        }

        return false;
    }
}
