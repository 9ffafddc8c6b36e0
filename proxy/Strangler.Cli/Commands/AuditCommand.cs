using System.CommandLine;
using System.Text.Json.Nodes;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;

namespace Strangler.Cli.Commands;

/// <summary>What was done, newest first.</summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        var module = new Argument<string?>("module") { Description = "Only this module.", Arity = ArgumentArity.ZeroOrOne };
        var limit = new Option<int>("--limit") { Description = "At most so many entries.", HelpName = "N", DefaultValueFactory = _ => 100 };
        var command = new Command("audit", """
            Lists what was done to the modules, newest first: every step, every forced one with its reason.

            Examples:
              strangler audit
              strangler audit prices --limit 20 --json
            """) { module, limit };
        command.OnRun(async (parse, io, cancellation) =>
        {
            using var client = AdminClient.Of(parse);
            var filter = parse.GetValue(module) is { } name ? $"&module={Uri.EscapeDataString(name)}" : "";
            var log = await client.GetAsync($"/admin/audit?limit={parse.GetValue(limit)}{filter}", cancellation);
            io.Result(log, () =>
            {
                foreach (var entry in log["entries"]!.AsArray().OfType<JsonObject>()) io.Line(Line(entry));
            });
            return ExitCode.Done;
        });
        return command;
    }

    private static string Line(JsonObject entry)
    {
        var step = $"{entry["from"]}".Length > 0 ? $"{entry["from"]} -> {entry["to"]}" : $"{entry["to"]}";
        var forced = (bool?)entry["forced"] == true ? "  FORCED" : "";
        var reason = entry["reason"] is { } why ? $"  reason: {why}" : "";
        return $"{entry["at"]}  {entry["module"]}  {entry["action"]}  {step}{forced}{reason}{Detail(entry)}";
    }

    // The judge's figures are a document of their own: --json has them, and its reason says what they come to.
    private static string Detail(JsonObject entry) => $"{entry["detail"]}" is { Length: > 0 } detail && detail[0] != '{' ? $"  ({detail})" : "";
}
