using System.CommandLine;
using System.Globalization;
using Strangler.Cli.Running;
using Strangler.Cli.Up;
using Strangler.Cli.Up.Control;

namespace Strangler.Cli.Commands;

/// <summary>Stops, starts and restarts single processes of the <c>up</c> that runs.</summary>
internal static class ProcessCommand
{
    public static Command Stop() => Create("stop", """
        Stops one process of a running 'strangler up'. The others go on.

        Examples:
          strangler stop legacy
          strangler stop proxy --data .data-pg
        """);

    public static Command Start() => Create("start", """
        Starts a process that was stopped or has died, and waits until it is healthy. Builds first when sources are newer than the build.

        Examples:
          strangler start legacy
        """, OtherProject(), NoBuild());

    public static Command Restart() => Create("restart", """
        Builds a process when its sources are newer, stops it, starts it again and waits until it is healthy. When the build fails, the old process
        is left as it was.

        Examples:
          strangler restart legacy
          strangler restart prices --project ../prices-next
        """, OtherProject(), NoBuild());

    private static Option<string?> OtherProject() =>
        new("--project") { HelpName = "DIR", Description = "Start it from this project (or built .dll) instead of the one that up.json names." };

    private static Option<bool> NoBuild() => new("--no-build") { Description = "Start what has been built before." };

    private static Command Create(string verb, string description, Option<string?>? project = null, Option<bool>? noBuild = null)
    {
        var name = new Argument<string>("name") { Description = "The process, as up.json names it, or 'proxy'." };
        var command = new Command(verb, description) { name };
        if (project is not null) command.Options.Add(project);
        if (noBuild is not null) command.Options.Add(noBuild);
        command.OnRun(async (parse, io, cancellation) =>
        {
            var given = project is null ? null : parse.GetValue(project);
            var other = given is null ? null : Path.GetFullPath(given);
            if (other is not null && !LocatedProject.Exists(Directory.GetCurrentDirectory(), other)) throw new CommandFailure($"There is no project at {other}.", ExitCode.WrongUse);
            var process = parse.GetRequiredValue(name);
            var request = new ControlRequest(verb, process, other, noBuild is null || !parse.GetValue(noBuild));
            var up = DataOption.Running(parse);
            var done = await ControlClient.AskAsync(up, request, text => io.Line($"{process}: {text}"), cancellation);
            io.Result(done, () => io.Line(Described(done)));
            return ExitCode.Done;
        });
        return command;
    }

    private static string Described(ProcessOutcome done)
    {
        if (!done.Running) return $"{done.Name}: {done.Outcome}.";
        var ready = done.Seconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $", ready after {seconds:0.0} s") : "";
        return $"{done.Name}: {done.Outcome}, process {done.Pid}, {done.Url}{ready}.";
    }
}
