using System.CommandLine;
using System.Reflection;

namespace Docs.Tests.Reference;

/// <summary>The commands of <c>strangler</c> as System.CommandLine has them.</summary>
internal static class CommandTree
{
    public static RootCommand Root { get; } = Find();

    /// <summary>The commands that do something, by what is typed.</summary>
    public static IReadOnlyDictionary<string, Command> Leaves { get; } = Below(Root, "").ToDictionary(static pair => pair.Typed, static pair => pair.Command);

    /// <summary>The options of a command itself, without those that every command takes.</summary>
    public static IEnumerable<Option> OptionsOf(Command command) => command.Options.Where(static option => option is { Recursive: false, Hidden: false } && option.Name != "--help");

    /// <summary>The options that every command takes.</summary>
    public static IEnumerable<Option> Shared => Root.Options.Where(static option => option.Recursive && option.Name is not "--help" and not "--version");

    private static IEnumerable<(string Typed, Command Command)> Below(Command command, string typed)
    {
        foreach (var child in command.Subcommands.Where(static child => !child.Hidden))
        {
            var name = typed.Length == 0 ? child.Name : $"{typed} {child.Name}";
            if (child.Subcommands.Count == 0) yield return (name, child);
            foreach (var leaf in Below(child, name)) yield return leaf;
        }
    }

    private static RootCommand Find()
    {
        var field = ProductCode.Types.Single(static type => type.FullName == "Strangler.Cli.StranglerCommand").GetField("Root", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!;
        return ((Lazy<RootCommand>)field.GetValue(null)!).Value;
    }
}
