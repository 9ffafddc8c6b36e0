using System.Globalization;
using System.Text.RegularExpressions;

namespace Docs.Tests.Code;

/// <summary>A unified diff, as git writes it.</summary>
internal sealed partial class DiffFile
{
    private readonly List<(string Path, string Line)> _changes = [];

    private DiffFile(IEnumerable<string> lines)
    {
        var path = "";
        var (old, fresh) = (0, 0);
        foreach (var line in lines)
        {
            if (old > 0 || fresh > 0)
            {
                ReadLine(line, path, ref old, ref fresh);
            }
            else if (Hunk().Match(line) is { Success: true } hunk)
            {
                (old, fresh) = (CountOf(hunk.Groups["old"]), CountOf(hunk.Groups["new"]));
            }
            else if (Name().Match(line) is { Success: true } name)
            {
                path = name.Groups["path"].Value;
            }
        }
    }

    public static DiffFile Parse(string text) => new(text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'));

    /// <summary>How many lines are added or removed in files of a directory.</summary>
    public int CountUnder(string directory) =>
        _changes.Count(change => change.Path.StartsWith(directory + "/", StringComparison.Ordinal));

    private void ReadLine(string line, string path, ref int old, ref int fresh)
    {
        var kind = line.Length == 0 ? ' ' : line[0];
        if (kind is '+' or '-')
        {
            _changes.Add((path, line));
        }

        old -= kind is '-' or ' ' ? 1 : 0;
        fresh -= kind is '+' or ' ' ? 1 : 0;
    }

    private static int CountOf(Group group) =>
        group.Success ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 1;

    [GeneratedRegex(@"^@@ -[0-9]+(,(?<old>[0-9]+))? \+[0-9]+(,(?<new>[0-9]+))? @@")]
    private static partial Regex Hunk();

    // The name before the change, or after it where the file is new.
    [GeneratedRegex(@"^(--- a|\+\+\+ b)/(?<path>[^\t]+)")]
    private static partial Regex Name();
}
