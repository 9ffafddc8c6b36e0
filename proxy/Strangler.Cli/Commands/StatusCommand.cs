using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;

namespace Strangler.Cli.Commands;

/// <summary>Where every module stands.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var module = new Argument<string?>("module") { Description = "Only this module.", Arity = ArgumentArity.ZeroOrOne };
        var watch = new Option<bool>("--watch") { Description = "Show it again every second until Ctrl-C." };
        var command = new Command("status", """
            Shows stage, owner, lag, evidence and what is missing for the next step.

            Examples:
              strangler status
              strangler status prices --watch
              strangler status --json
            """) { module, watch };
        command.OnRun(async (parse, io, cancellation) =>
        {
            if (io.Json && parse.GetValue(watch)) throw new CommandFailure("--watch has no end and --json prints one document: use one of them.", ExitCode.WrongUse);
            using var client = AdminClient.Of(parse);
            var path = parse.GetValue(module) is { } name ? $"/admin/status?module={Uri.EscapeDataString(name)}" : "/admin/status";
            var status = await client.GetAsync(path, cancellation);
            io.Result(status, () => Show(io, status));
            while (parse.GetValue(watch))
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellation);
                status = await client.GetAsync(path, cancellation);
                if (io.Interactive) io.Terminal.Clear();
                Show(io, status);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(CommandIo io, JsonObject status)
    {
        foreach (var module in status["modules"]!.AsArray().OfType<JsonObject>())
        {
            var stage = $"{module["stage"]}" == "Canary" ? $"Canary {module["percent"]} %" : $"{module["stage"]}";
            io.Line($"{module["name"]}: {stage}, owner {module["owner"]} at epoch {module["epoch"]}, data {module["data"]}{((bool?)module["switching"] == true ? ", switching" : "")}");
            if ($"{module["data"]}" == "synced")
            {
                var sync = module["sync"]!;
                io.Line(sync["lagSeconds"] is { } lag
                    ? string.Create(CultureInfo.InvariantCulture, $"  lag {(double)lag:0.###} s, pending {sync["pending"]}, parked {sync["parked"]}{Backfill(sync["backfill"])}")
                    : $"  lag unknown: the {module["owner"]} side does not say");
            }

            io.Terminal.Write(Endpoints(module));
            foreach (var endpoint in module["endpoints"]!.AsArray().OfType<JsonObject>().Where(static e => e["noise"]!.AsArray().Count > 0))
                io.Line($"  {endpoint["id"]} differs by itself, and is not compared, at {string.Join(", ", endpoint["noise"]!.AsArray().Select(static n => $"{n!["path"]} ({n["maskedRequests"]} requests)"))}");
            if (module["judged"] is JsonObject judged) io.Line($"  at {judged["at"]} the judge took the reads back: {judged["reason"]}");
            if (module["canary"]?["figures"] is JsonArray { Count: > 0 } figures) io.Line(Judged(figures[0]!, module["canary"]!["breach"]));
            foreach (var unmet in module["unmet"]!.AsArray()) io.Line($"  before {module["next"]}: {unmet}");
            io.Line("");
        }
    }

    private static string Judged(JsonNode all, JsonNode? breach)
    {
        var (legacy, service) = (all["legacy"]!, all["service"]!);
        return breach is not null ? $"  the judge: {breach["reason"]}" : string.Create(
            CultureInfo.InvariantCulture,
            $"  the judge, last {all["seconds"]} s: service {service["failed"]} of {service["answered"]} failed, median {(double?)service["medianMilliseconds"]:0.0} ms; legacy {legacy["failed"]} of {legacy["answered"]}, {(double?)legacy["medianMilliseconds"]:0.0} ms; {all["mismatched"]} of {all["compared"]} differ");
    }

    private static string Backfill(JsonNode? backfill) => Work.State(backfill) is "running" or "failed"
        ? $", backfill {Work.State(backfill)}: {backfill!["rows"]} of {backfill["total"]} rows{(backfill["error"] is { } error ? $", {error}" : "")}"
        : "";

    private static Table Endpoints(JsonObject module)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("endpoint", "match", "stage", "legacy", "service", "fallbacks", "own writes", "compared");
        foreach (var column in table.Columns.Skip(3)) column.RightAligned();
        foreach (var endpoint in module["endpoints"]!.AsArray().OfType<JsonObject>())
        {
            var counts = endpoint["counts"]!.AsObject().Where(c => (long?)c.Value > 0).Select(c => $"{c.Key} {c.Value}").ToArray();
            string[] cells =
            [
                $"{endpoint["id"]}", $"{endpoint["match"]}", $"{endpoint["stage"]}{((bool?)endpoint["held"] == true ? " (held)" : "")}",
                $"{endpoint["servedByLegacy"]}", $"{endpoint["servedByService"]}", $"{endpoint["fallbacks"]}", $"{endpoint["ownWriteReads"]}", counts.Length == 0 ? "-" : string.Join(", ", counts),
            ];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }

        return table;
    }
}
