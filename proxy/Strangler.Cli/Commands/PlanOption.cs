using System.CommandLine;
using Strangler.Cli.Running;
using Strangler.Plan;

namespace Strangler.Cli.Commands;

/// <summary>The plan, for commands that need its endpoints and rules themselves.</summary>
internal static class PlanOption
{
    public static Option<FileInfo?> Create() => new("--plan") { Description = "The plan. Else .strangler/plan.json here or in a directory above.", HelpName = "FILE" };

    /// <exception cref="CommandFailure">There is no plan, it is wrong, or it has no such module.</exception>
    public static PlannedModule Read(FileInfo? file, string module)
    {
        var path = file?.FullName ?? Upwards.Find(Directory.GetCurrentDirectory(), Path.Combine(".strangler", "plan.json")) ?? throw new CommandFailure("There is no .strangler/plan.json here or in a directory above. Name the plan with --plan FILE.", ExitCode.WrongUse);
        if (!File.Exists(path)) throw new CommandFailure($"There is no file {path}.", ExitCode.WrongUse);
        var read = PlanReader.Read(path);
        if (read.Snapshot is not { } plan) throw new CommandFailure($"The plan {path} is wrong. 'strangler plan validate' lists its errors.", ExitCode.WrongUse);
        return plan.Modules.TryGetValue(module, out var planned) ? planned : throw new CommandFailure($"The plan {path} has no module '{module}'. It has: {string.Join(", ", plan.Modules.Keys)}.", ExitCode.WrongUse);
    }
}
