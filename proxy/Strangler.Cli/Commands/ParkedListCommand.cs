using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;

namespace Strangler.Cli.Commands;

/// <summary>Lists parked changes.</summary>
internal static class ParkedListCommand
{
    public static Command Create()
    {
        var module = new Argument<string>("module") { Description = "The module of the plan." };
        var command = new Command("list", """
            Lists the changes that the other side has refused, with what it said.

            Examples:
              strangler parked list prices
              strangler parked list prices --json
            """) { module };
        command.OnRun(async (parse, io, cancellation) =>
        {
            var name = parse.GetRequiredValue(module);
            using var client = AdminClient.Of(parse);
            var found = await client.GetAsync(AdminClient.Module(name, "parked"), cancellation);
            io.Result(found, () => Show(io, name, [.. found["parked"]!.AsArray().OfType<JsonObject>()]));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The positions that are parked now.</summary>
    public static async Task<IReadOnlyList<long>> PositionsAsync(AdminClient client, string module, CancellationToken cancellation) =>
        [.. (await client.GetAsync(AdminClient.Module(module, "parked"), cancellation))["parked"]!.AsArray().Select(p => (long)p!["position"]!)];

    private static void Show(CommandIo io, string module, IReadOnlyList<JsonObject> parked)
    {
        if (parked.Count == 0)
        {
            io.Line($"{module}: nothing is parked.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("position", "receiver", "entity", "key", "attempts", "since", "error");
        foreach (var p in parked)
        {
            string[] cells = [$"{p["position"]}", $"{p["receiver"]}", $"{p["entity"]}", $"{p["key"]}", $"{p["attempts"]}", $"{p["createdAt"]}", $"{p["error"]}"];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }

        io.Terminal.Write(table);
    }
}
