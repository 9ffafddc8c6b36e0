using System.Text.RegularExpressions;
using TestKit.Processes;

namespace Docs.Tests.Reference;

/// <summary>
/// What <c>commands.md</c> says of each command. A command stands in a table whose first column is <c>command</c>, as it is typed and with its options, in a section of
/// its own with a table of its options, or both.
/// </summary>
internal sealed partial class CommandPage
{
    private readonly Dictionary<string, HashSet<string>> _options = [];

    public string Text { get; } = File.ReadAllText(RepositoryRoot.File("docs/reference/commands.md"));

    /// <summary>Options by command, as it is typed.</summary>
    public IReadOnlyDictionary<string, HashSet<string>> Options => _options;

    /// <summary>Commands and options that do not exist.</summary>
    public List<string> Unknown { get; } = [];

    /// <summary>The defaults that tables of options show, by command and option.</summary>
    public Dictionary<(string Command, string Option), string> Defaults { get; } = [];

    public static CommandPage Read()
    {
        var page = new CommandPage();
        string? section = null, first = null;
        foreach (var line in page.Text.Split('\n'))
        {
            if (Heading().Match(line) is { Success: true } heading) section = CommandTree.Leaves.ContainsKey(heading.Groups["name"].Value) ? heading.Groups["name"].Value : null;
            if (!line.StartsWith('|'))
            {
                first = null;
                foreach (Match span in Code().Matches(line)) page.Note(span.Groups["code"].Value, isRow: false);
                continue;
            }

            var cells = PageTable.Cells(line);
            first ??= cells[0];
            if (line.StartsWith("|---", StringComparison.Ordinal) || cells[0] == first) continue;
            if (first == "command") foreach (Match span in Code().Matches(cells[0])) page.Note(span.Groups["code"].Value, isRow: true);
            else if (first == "option" && section is not null) page.NoteOption(section, cells);
        }

        return page;
    }

    private void NoteOption(string command, IReadOnlyList<string> cells)
    {
        _options.TryAdd(command, []);
        foreach (Match option in Option().Matches(cells[0]))
        {
            _options[command].Add(option.Value);
            // A row may leave its default to another command's table.
            if (cells.Count > 2 && !cells[1].StartsWith("as for ", StringComparison.Ordinal)) Defaults[(command, option.Value)] = cells[1].Trim('`');
        }

        // An option that only goes with another one is explained in that one's row. What is no option of this command belongs to one that the row mentions.
        var own = CommandTree.OptionsOf(CommandTree.Leaves[command]).Select(static option => option.Name).ToHashSet();
        foreach (var option in cells.Skip(1).SelectMany(static cell => Option().Matches(cell)).Where(found => own.Contains(found.Value))) _options[command].Add(option.Value);
    }

    /// <summary><c>parked list\|retry\|discard MODULE</c> is three commands.</summary>
    private void Note(string typed, bool isRow)
    {
        var words = typed.Replace("\\|", "|", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(static word => word == "strangler").ToList();
        if (words.Count == 0) return;
        var commands = words[0].Split('|').ToList();
        if (words.Count > 1) commands.AddRange(from one in commands.ToList() from two in words[1].Split('|') select $"{one} {two}");
        var named = commands.Where(CommandTree.Leaves.ContainsKey).ToList();
        if (named.Count == 0 && isRow) Unknown.Add($"There is no command '{typed}'.");
        foreach (var command in named)
        {
            _options.TryAdd(command, []);
            foreach (Match option in Option().Matches(typed)) _options[command].Add(option.Value);
        }
    }

    [GeneratedRegex(@"^#+ `(?<name>[a-z -]+)`")]
    private static partial Regex Heading();

    [GeneratedRegex("(?<!`)`(?<code>[^`]+)`(?!`)")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<![\w-])--?[a-z][a-z-]*")]
    private static partial Regex Option();
}
