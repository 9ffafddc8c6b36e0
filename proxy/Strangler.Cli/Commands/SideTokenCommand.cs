using System.CommandLine;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;

namespace Strangler.Cli.Commands;

/// <summary>Makes a token with which a tester chooses the side that answers.</summary>
internal static class SideTokenCommand
{
    public static Command Create()
    {
        var side = new Argument<string>("side") { Description = "legacy or service." };
        side.AcceptOnlyFromAmong("legacy", "service");
        var duration = new Option<TimeSpan>("--for") { Description = "How long it counts, up to 31 days.", HelpName = "HH:MM:SS", DefaultValueFactory = static _ => TimeSpan.FromHours(1) };
        var command = new Command("side-token", """
            Prints a header with which a tester's reads are answered by one side, at Shadow, Canary and Extracted, whatever share of the clients is there.
            Writes go to their owner all the same.

            Examples:
              strangler side-token service
              curl -H "$(strangler side-token service --for 00:10:00)" http://127.0.0.1:8080/quotes/1
            """) { side, duration };
        command.OnRun(async (parse, io, cancellation) =>
        {
            using var client = AdminClient.Of(parse);
            var made = await client.PostAsync("/admin/side-token", new { side = parse.GetRequiredValue(side), seconds = (int)Math.Clamp(parse.GetValue(duration).TotalSeconds, int.MinValue, int.MaxValue) }, cancellation);
            io.Result(made, () => io.Line($"{made["header"]}: {made["value"]}"));
            return ExitCode.Done;
        });
        return command;
    }
}
