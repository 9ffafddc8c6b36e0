using System.CommandLine;
using Spectre.Console;
using Strangler.Cli.Running;
using Strangler.Plan;

namespace Strangler.Cli.Commands;

/// <summary>Looks at a plan without a proxy.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var plan = new Command("plan", "Works on plan files.");
        plan.Subcommands.Add(Validate());
        return plan;
    }

    private static Command Validate()
    {
        var file = new Argument<FileInfo>("file") { Description = "The plan." };
        var command = new Command("validate", """
            Reads a plan and lists every error in it, where it is and how to mend it. Needs no proxy.

            Examples:
              strangler plan validate .strangler/plan.json
            """) { file };
        command.OnRun((parse, io, _) =>
        {
            var path = parse.GetRequiredValue(file);
            if (!path.Exists) throw new CommandFailure($"There is no file {path.FullName}.", ExitCode.WrongUse);
            var read = PlanReader.Read(path.FullName);
            var valid = read.Snapshot is not null;
            io.Result(
                new { file = path.FullName, valid, version = read.Snapshot?.Version, modules = read.Snapshot?.Modules.Keys ?? [], errors = read.Errors },
                () => Show(io, path, read));
            return Task.FromResult(valid ? ExitCode.Done : ExitCode.Failed);
        });
        return command;
    }

    private static void Show(CommandIo io, FileInfo path, PlanValidation read)
    {
        if (read.Snapshot is { } snapshot)
        {
            io.Line($"{path.Name} is valid: {snapshot.Modules.Count} module(s), {snapshot.Modules.Values.Sum(m => m.Endpoints.Count)} endpoint(s), version {snapshot.Version}.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("where", "what is wrong", "how to mend it");
        foreach (var error in read.Errors) table.AddRow(Markup.Escape(error.Where), Markup.Escape(error.What), Markup.Escape(error.Mend));
        io.Terminal.Write(table);
        io.Problem($"{path.Name} is not valid: {read.Errors.Count} error(s).");
    }
}
