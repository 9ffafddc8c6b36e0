using System.CommandLine;
using System.Text.Json.Nodes;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;

namespace Strangler.Cli.Commands;

/// <summary>Where the sides answered differently.</summary>
internal static class MismatchesCommand
{
    public static Command Create()
    {
        var module = new Argument<string>("module") { Description = "The module of the plan." };
        var command = new Command("mismatches", """
            Lists the latest requests that the two sides answered differently, and where they differ.

            Examples:
              strangler mismatches prices
              strangler mismatches prices --json
            """) { module };
        command.OnRun(async (parse, io, cancellation) =>
        {
            var name = parse.GetRequiredValue(module);
            using var client = AdminClient.Of(parse);
            var found = await client.GetAsync(AdminClient.Module(name, "mismatches"), cancellation);
            io.Result(found, () =>
            {
                var mismatches = found["mismatches"]!.AsArray().OfType<JsonObject>().ToArray();
                if (mismatches.Length == 0) io.Line($"{name}: no mismatches.");
                foreach (var m in mismatches)
                    io.Line($"{m["at"]}  {m["endpointId"]}  {m["method"]} {m["target"]}  legacy {m["legacyStatus"]}, service {m["serviceStatus"]}: {m["difference"]}");
            });
            return ExitCode.Done;
        });
        return command;
    }
}
