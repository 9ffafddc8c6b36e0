using System.CommandLine;
using System.Text.RegularExpressions;

namespace Docs.Tests.Reference;

[TestClass]
public sealed partial class CommandTests
{
    private static readonly CommandPage _page = CommandPage.Read();

    [TestMethod]
    public void Commands_Page_NamesEveryCommandAndOption()
    {
        Assert.IsNotEmpty(CommandTree.Leaves, "The command has subcommands.");
        var faults = new List<string>(_page.Unknown);
        foreach (var (name, command) in CommandTree.Leaves)
        {
            if (!_page.Options.TryGetValue(name, out var shown)) faults.Add($"The command is missing. Ready to paste:\n{Row(name, command)}");
            else faults.AddRange(Faults(name, command, shown));
        }

        Assert.IsEmpty(faults, $"docs/reference/commands.md does not equal the command.\n{string.Join('\n', faults)}");
    }

    [TestMethod]
    public void Commands_DefaultsOfOptions_AreThoseOfTheCode()
    {
        var compared = 0;
        foreach (var ((name, shown), preset) in _page.Defaults)
        {
            var option = CommandTree.OptionsOf(CommandTree.Leaves[name]).SingleOrDefault(option => NamesOf(option).Contains(shown));
            if (option is not { HasDefaultValue: true } || option.GetDefaultValue() is not { } value || value is false) continue;
            Assert.AreEqual($"{value}", preset, $"the default of {name} {shown}");
            compared++;
        }

        Assert.AreNotEqual(0, compared, "Some options on the page have a default.");
    }

    [TestMethod]
    public void Commands_Page_NamesWhatEveryCommandTakes()
    {
        var variables = ProductCode.Files("proxy/Strangler.Cli").SelectMany(static file => Variable().Matches(File.ReadAllText(file))).Select(static found => found.Value).Distinct().ToList();
        Assert.IsNotEmpty(variables);
        string[] names = [.. CommandTree.Shared.Select(static option => option.Name), .. variables];
        Assert.IsEmpty(names.Where(static name => !_page.Text.Contains($"`{name}", StringComparison.Ordinal)), "docs/reference/commands.md names shared options and variables.");
    }

    private static IEnumerable<string> Faults(string name, Command command, HashSet<string> shown)
    {
        var options = CommandTree.OptionsOf(command).ToList();
        var known = options.Concat(CommandTree.Shared).SelectMany(NamesOf).ToHashSet();
        foreach (var option in options.Where(option => !NamesOf(option).Any(shown.Contains))) yield return $"{name}: {option.Name} is missing. {option.Description}";
        foreach (var extra in shown.Where(option => !known.Contains(option))) yield return $"{name}: there is no {extra}.";
    }

    private static IEnumerable<string> NamesOf(Option option) => [option.Name, .. option.Aliases];

    private static string Row(string name, Command command)
    {
        var arguments = command.Arguments.Select(static argument => (argument.HelpName ?? argument.Name).ToUpperInvariant());
        var options = CommandTree.OptionsOf(command).Select(static option => option.Required ? Text(option) : $"[{Text(option)}]");
        return $"| `{string.Join(' ', [name, .. arguments, .. options])}` | {command.Description?.Split('\n')[0]} |";
    }

    private static string Text(Option option) => option.HelpName is null ? option.Name : $"{option.Name} {option.HelpName}";

    [GeneratedRegex("(?<=\")STRANGLER_[A-Z_]+(?=\")")]
    private static partial Regex Variable();
}
