using System.Text.RegularExpressions;

namespace Docs.Tests.Commands;

/// <summary>Makes two outputs comparable that read the same.</summary>
internal static partial class OutputText
{
    /// <summary>The lines that a reader sees: a carriage return begins a new one, and colours are dropped.</summary>
    public static IEnumerable<string> LinesOf(string output) => Escape().Replace(output, "").Split('\n', '\r').Select(Fold);

    /// <summary>One blank for every run of blanks and of lines of a drawn table.</summary>
    public static string Fold(string line) => BlanksAndBoxes().Replace(line, " ").Trim();

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Escape();

    [GeneratedRegex(@"[\s\u2500-\u257f]+")]
    private static partial Regex BlanksAndBoxes();
}
