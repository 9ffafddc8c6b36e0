using System.CommandLine;
using Strangler.Cli.Up;

namespace Strangler.Cli.Running;

/// <summary>The data directory that a command is about: as given, else from the environment, else the nearest one here or above.</summary>
internal static class DataOption
{
    public const string Variable = "STRANGLER_DATA";
    public const string DefaultName = ".data";

    public static readonly Option<string?> Symbol = new("--data")
    {
        Description = $"The data directory of 'strangler up'. Else {Variable}, else .data here or in a directory above.",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>The directory that the user has named; null when none is named.</summary>
    public static string? Given(ParseResult parse)
    {
        var given = parse.GetValue(Symbol) ?? Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrWhiteSpace(given) ? null : Path.GetFullPath(given);
    }

    /// <summary>The nearest <c>.data</c> in which <c>up</c> has been, in the directory or above it.</summary>
    public static string? Nearest(string from)
    {
        string?[] files = [Upwards.Find(from, Path.Combine(DefaultName, "up.json")), Upwards.Find(from, Path.Combine(DefaultName, "admin.key"))];
        return files.Select(Path.GetDirectoryName).MaxBy(static directory => directory?.Length ?? 0);
    }

    /// <summary>The directory, named or found; null when there is none.</summary>
    public static string? Find(ParseResult parse) => Given(parse) ?? Nearest(Directory.GetCurrentDirectory());

    /// <summary>What runs on the directory.</summary>
    /// <exception cref="CommandFailure">There is no directory, or no <c>up</c> runs on it.</exception>
    public static UpState Running(ParseResult parse)
    {
        var directory = Find(parse) ?? throw new CommandFailure(
            "There is no data directory of 'strangler up' here or above. Change to the directory where 'strangler up' was started, or name its data directory with --data DIR.",
            ExitCode.WrongUse);
        return RunningOn(directory) ?? throw NotRunning(directory);
    }

    /// <summary>What runs on a directory; null when nothing does.</summary>
    public static UpState? RunningOn(string directory) =>
        UpState.Read(Path.Combine(directory, "up.json")) is { } state && state.IsAlive() ? state : null;

    public static CommandFailure NotRunning(string directory) => new(
        $"'strangler up' does not run on {directory}. Start it there, or name the data directory of the one that runs with --data DIR.");
}
