using System.CommandLine;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;

namespace Strangler.Cli.Commands;

/// <summary>Starts or resumes the first copy.</summary>
internal static class BackfillCommand
{
    public static Command Create()
    {
        var module = new Argument<string>("module") { Description = "The module of the plan." };
        var restart = new Option<bool>("--restart") { Description = "From the first row again, instead of where it stopped." };
        var command = new Command("backfill", """
            Copies a module's data to the service beside live writes, and waits until it is done. Resumes where it stopped.

            Examples:
              strangler backfill prices
              strangler backfill prices --restart
            """) { module, restart };
        command.OnRun(async (parse, io, cancellation) =>
        {
            var name = parse.GetRequiredValue(module);
            using var client = AdminClient.Of(parse);
            await client.PostAsync(AdminClient.Module(name, "backfill"), new { restart = parse.GetValue(restart) }, cancellation);
            var last = await Work.UntilAsync(io, client, name, $"copying {name}", m => Work.State(m["sync"]?["backfill"]) is "complete" or "failed", cancellation);
            var backfill = last["sync"]!["backfill"]!;
            if (Work.State(backfill) == "failed") throw new CommandFailure($"The copy failed: {backfill["error"]}", document: new { module = name, backfill });
            io.Result(new { module = name, backfill }, () => io.Line($"{name}: {backfill["rows"]} rows copied."));
            return ExitCode.Done;
        });
        return command;
    }
}
