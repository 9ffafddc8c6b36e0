using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Strangler.Cli.Commands;

/// <summary>One step's evidence as files.</summary>
internal static class EvidenceFile
{
    /// <summary>Sorts by the order of the steps: <c>catalog-003-shadow-to-canary-10</c>.</summary>
    public static string NameOf(string module, JsonObject record, int number)
    {
        var kind = new string([.. $"{record["kind"]}".ToLowerInvariant().Replace(" -> ", "-to-", StringComparison.Ordinal).Replace("%", "", StringComparison.Ordinal).Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        return string.Create(CultureInfo.InvariantCulture, $"{module}-{number:000}-{kind}");
    }

    public static JsonObject Document(string module, JsonObject record) => new()
    {
        ["module"] = module,
        ["step"] = $"{record["kind"]}",
        ["at"] = record["at"]?.DeepClone(),
        ["plan"] = record["plan"]?.DeepClone(),
        // What an earlier version has kept is a list of conditions and nothing else.
        ["evidence"] = record["document"] is JsonArray conditions ? new JsonObject { ["conditions"] = conditions.DeepClone() } : record["document"]?.DeepClone(),
    };

    public static string Markdown(string module, JsonObject record)
    {
        var evidence = Document(module, record)["evidence"]!;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {module}: {record["kind"]}\n\n| | |\n|---|---|\n| at | {record["at"]} |\n| by | {Cell(evidence["by"]) ?? "not said"} |\n| plan | {record["plan"]} |\n");
        if ((bool?)evidence["forced"] == true) text.Append(CultureInfo.InvariantCulture, $"| **forced** | {Cell(evidence["reason"])} |\n");
        text.Append("\n## Conditions\n\n| | condition | required | measured |\n|---|---|---|---|\n");
        foreach (var condition in Objects(evidence["conditions"]))
            text.Append(CultureInfo.InvariantCulture, $"| {((bool)(condition["met"] ?? condition["Met"])! ? "met" : "**not met**")} | {Cell(condition["name"] ?? condition["Name"])} | {Cell(condition["required"] ?? condition["Required"])} | {Cell(condition["measured"] ?? condition["Measured"])} |\n");
        if (evidence["endpoints"] is not null)
        {
            text.Append("\n## Endpoints\n\n| endpoint | by legacy | by service | failures of the service | fallbacks | compared |\n|---|---|---|---|---|---|\n");
            foreach (var e in Objects(evidence["endpoints"]))
            {
                var counts = e["counts"]!.AsObject().Where(static c => (long?)c.Value > 0).Select(static c => $"{c.Key} {c.Value}");
                text.Append(CultureInfo.InvariantCulture, $"| {Cell(e["endpointId"])} | {e["servedByLegacy"]} | {e["servedByService"]} | {e["serviceErrors"]} | {e["fallbacks"]} | {string.Join(", ", counts)} |\n");
            }
        }

        return text.ToString();
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonObject>();

    private static string? Cell(JsonNode? value) => value?.ToString().Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
