using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Strangler.Cli.Rehearse.Scratch;

/// <summary>The plan with shorter times. Limits stay as they are: what is rehearsed must pass the same gates.</summary>
internal static class ShortenedPlan
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Preset = new Plan.GateLimits().QuietBeforeRetirement;

    /// <returns>The plan as JSON, and a sentence for each thing that was changed.</returns>
    public static (string Json, IReadOnlyList<string> Changes) Of(string plan)
    {
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        var root = JsonNode.Parse(plan, documentOptions: options)!.AsObject();
        var changes = new List<string>();
        foreach (var (name, module) in root["modules"]?.AsObject() ?? [])
        {
            var gates = module!["gates"] as JsonObject ?? [];
            var text = (string?)gates["quietBeforeRetirement"];
            var asked = text is null ? Preset : TimeSpan.Parse(text, CultureInfo.InvariantCulture);
            if (asked <= Quiet) continue;
            gates["quietBeforeRetirement"] = Quiet.ToString("c", CultureInfo.InvariantCulture);
            if (gates.Parent is null) module["gates"] = gates;
            changes.Add($"{name}: gates.quietBeforeRetirement is {Quiet:c} in place of {asked:c}");
        }

        return (root.ToJsonString(new JsonSerializerOptions { WriteIndented = true }), changes);
    }
}
