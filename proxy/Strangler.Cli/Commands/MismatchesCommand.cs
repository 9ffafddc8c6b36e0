using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;

namespace Strangler.Cli.Commands;

/// <summary>Where the sides answered differently.</summary>
internal static class MismatchesCommand
{
    public static Command Create()
    {
        var module = new Argument<string>("module") { Description = "The module of the plan." };
        var again = new Option<string?>("--again") { Description = "Asks both sides again for the latest request of this group.", HelpName = "GROUP" };
        var command = new Command("mismatches", """
            Shows where the two sides answer differently: equal mismatches together, how often, since when, and the latest pair of values. Below it,
            what is left out of the comparison: by the plan's rules, and because a side differs from itself there.

            Examples:
              strangler mismatches prices
              strangler mismatches prices --again 3fa2b1c0
              strangler mismatches prices --json
            """) { module, again };
        command.OnRun(async (parse, io, cancellation) =>
        {
            var name = parse.GetRequiredValue(module);
            using var client = AdminClient.Of(parse);
            if (parse.GetValue(again) is { } group)
            {
                var asked = await client.PostAsync(AdminClient.Module(name, $"mismatches/{Uri.EscapeDataString(group)}/ask"), new { }, cancellation);
                io.Result(asked, () => ShowAgain(io, asked));
                return ExitCode.Done;
            }

            var found = await client.GetAsync(AdminClient.Module(name, "mismatches"), cancellation);
            io.Result(found, () => Show(io, name, found));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(CommandIo io, string module, JsonObject found)
    {
        var groups = Of(found, "groups");
        if (groups.Length == 0) io.Line($"{module}: no mismatches.");
        else io.Terminal.Write(Table(["group", "endpoint", "place", "kind", "times", "since", "last", "legacy", "service", "request"], groups.Select(static g => new object?[]
        {
            g["id"], g["endpointId"], g["path"], g["kind"], g["count"], Time(g["since"]), Time(g["last"]), Short(g["example"]!["legacy"]), Short(g["example"]!["service"]), $"{g["request"]!["method"]} {g["request"]!["target"]}",
        })));
        if (Of(found, "noise") is { Length: > 0 } noise)
        {
            io.Line("Left out, as a side answers differently there each time it is asked:");
            io.Terminal.Write(Table(["endpoint", "place", "kind", "requests", "since", "last seen", "for example"], noise.Select(static n => new object?[]
            {
                n["endpointId"], n["path"], n["kind"], n["maskedRequests"], Time(n["since"]), Time(n["last"]), $"{Short(n["example"]!["legacy"])} | {Short(n["example"]!["service"])}",
            })));
        }

        if (Of(found, "leftOut") is not { Length: > 0 } leftOut) return;
        io.Line("Left out by the plan, where the sides did differ:");
        io.Terminal.Write(Table(["endpoint", "rule", "as", "why", "requests"], leftOut.Select(static l => new object?[] { l["endpointId"], l["rule"], l["by"], l["why"], l["requests"] })));
    }

    private static void ShowAgain(CommandIo io, JsonObject asked)
    {
        io.Line($"{asked["method"]} {asked["target"]}: {asked["class"]}{((bool)asked["stillThere"]! ? ", the difference is still there" : "")}");
        foreach (var side in (string[])["legacy", "service"])
            io.Line($"  {side} {asked[side]!["status"]?.ToString() ?? $"{asked[side]!["failure"]}"}: {Short(asked[side]!["body"])}");
        foreach (var d in Of(asked, "differences")) io.Line($"  {d["kind"]} {d["path"]}: legacy {Short(d["legacy"])}, service {Short(d["service"])}");
        if (asked["askedWithout"]!.AsArray() is { Count: > 0 } without) io.Line($"  Asked without {string.Join(", ", without)}: credentials are not kept.");
    }

    private static JsonObject[] Of(JsonObject document, string list) => [.. document[list]!.AsArray().OfType<JsonObject>()];

    private static string Short(JsonNode? value) => value is null ? "(none)" : $"{value}" is { Length: > 60 } text ? $"{text[..60]}…" : $"{value}";

    private static string Time(JsonNode? moment) => ((DateTimeOffset)moment!).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Table Table(string[] columns, IEnumerable<object?[]> rows)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns(columns);
        foreach (var row in rows) table.AddRow([.. row.Select(static cell => Markup.Escape($"{cell}".ReplaceLineEndings(" ")))]);
        return table;
    }
}
