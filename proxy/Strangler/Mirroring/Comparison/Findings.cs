using System.Text.RegularExpressions;

namespace Strangler.Mirroring.Comparison;

/// <summary>Collects what a comparison finds, bounded: of equal differences the first few, of different ones the first hundred.</summary>
internal sealed partial class Findings(NoiseProfile? noise)
{
    private const int MostPatterns = 100;
    private const int MostOfAPattern = 8;
    private readonly List<Difference> _differences = [];
    private readonly Dictionary<(string Pattern, DifferenceKind Kind), int> _counts = [];
    private readonly Dictionary<(LeftOutBy By, string Rule), LeftOut> _leftOut = [];
    private readonly List<string> _notes = [];
    private int _total;

    public NoiseProfile? Noise => noise;

    /// <summary>A path without the numbers of items. Of a page only the rows of lists are alike: the columns of a table are not.</summary>
    public static string PatternOf(string path) => path[0] switch
    {
        '$' => Items().Replace(path, "[*]"),
        _ when path.StartsWith("header ", StringComparison.Ordinal) => path,
        _ => Places().Replace(path, ""),
    };

    /// <summary>False where the values of another difference would not be listed any more.</summary>
    public bool Shows(string pattern, DifferenceKind kind) => _counts.TryGetValue((pattern, kind), out var seen) ? seen < MostOfAPattern : _counts.Count < MostPatterns;

    public bool Add(string path, DifferenceKind kind, string? legacy, string? service) => Add(new Difference(path, PatternOf(path), kind, legacy, service));

    /// <summary>Notes a difference.</summary>
    /// <returns>False when it is noise.</returns>
    public bool Add(Difference difference)
    {
        if (noise?.Has(difference.Pattern, difference.Kind) == true)
        {
            LeaveOut(LeftOutBy.Noise, difference.Pattern, NoiseProfile.Why, difference);
            return false;
        }

        _total++;
        var key = (difference.Pattern, difference.Kind);
        var seen = _counts.GetValueOrDefault(key);
        if (seen == 0 && _counts.Count == MostPatterns) return true;
        _counts[key] = seen + 1;
        if (seen < MostOfAPattern) _differences.Add(difference);
        return true;
    }

    public void LeaveOut(LeftOutBy by, string rule, string why, Difference example) =>
        _leftOut[(by, rule)] = _leftOut.TryGetValue((by, rule), out var before) ? before with { Count = before.Count + 1 } : new LeftOut(by, rule, why, 1, example);

    public void Note(string text)
    {
        if (!_notes.Contains(text)) _notes.Add(text);
    }

    public AnswerComparison Result() => new(_differences, _total, [.. _leftOut.Values], _notes);

    [GeneratedRegex(@"\[(\d+|\?[^\]]*)\]", RegexOptions.CultureInvariant)]
    private static partial Regex Items();

    [GeneratedRegex(@"(?<= (tr|li|option|article|tbody)):nth-child\(\d+\)", RegexOptions.CultureInvariant)]
    private static partial Regex Places();
}
