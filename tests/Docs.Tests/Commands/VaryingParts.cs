using System.Text.RegularExpressions;
using Docs.Tests.Pages;

namespace Docs.Tests.Commands;

/// <summary>The parts of an expected output that are others in each run: those of which the digits are, and those of which the text is.</summary>
internal sealed partial class VaryingParts
{
    private readonly Dictionary<string, string> _patterns = [];

    public static VaryingParts Read(CodeBlock expected, IEnumerable<Direction> directions, ICollection<string> errors)
    {
        var parts = new VaryingParts();
        foreach (var direction in directions.Where(one => one.Name is "varies" or "varies-text"))
        {
            foreach (var literal in LiteralsOf(direction.Value, expected.Text))
            {
                if (!expected.Text.Contains(literal, StringComparison.Ordinal))
                {
                    errors.Add($"{expected.Page}:{direction.Line}: '{literal}' varies, but the expected output does not have it.");
                }

                var folded = OutputText.Fold(literal);
                parts._patterns[folded] = direction.Name == "varies" ? DigitsOf(folded) : ".+";
            }
        }

        return parts;
    }

    public Regex PatternOf(string line)
    {
        var literals = _patterns.Keys.OrderByDescending(literal => literal.Length).Select(Regex.Escape).ToList();
        if (literals.Count == 0)
        {
            return new Regex($"^{Literally(line)}$");
        }

        var pieces = Regex.Split(line, $"({string.Join('|', literals)})");
        return new Regex($"^{string.Concat(pieces.Select(piece => _patterns.GetValueOrDefault(piece) ?? Literally(piece)))}$");
    }

    // Three dots inside a line stand for what the page leaves out of it, the blanks around them included.
    private static string Literally(string text) => LeftOut().Replace(Regex.Escape(text), ".*");

    // A literal may have a comma and a blank itself.
    private static string[] LiteralsOf(string value, string expected) =>
        expected.Contains(value, StringComparison.Ordinal)
            ? [value]
            : value.Split(", ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string DigitsOf(string literal) =>
        string.Concat(Number().Split(literal).Select(piece => Number().IsMatch(piece) ? "[0-9][0-9.,:`]*" : Regex.Escape(piece)));

    [GeneratedRegex(@"(\\ )*\\\.\\\.\\\.(\\ )*")]
    private static partial Regex LeftOut();

    [GeneratedRegex("([0-9](?:[0-9.,:`]*[0-9])?)")]
    private static partial Regex Number();
}
