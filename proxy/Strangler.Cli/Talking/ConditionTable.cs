using System.Text.Json.Nodes;
using Spectre.Console;

namespace Strangler.Cli.Talking;

/// <summary>The conditions of a step with what was measured, those that are unmet first, with what to do about them.</summary>
internal static class ConditionTable
{
    public static Table Of(IReadOnlyCollection<JsonObject> conditions)
    {
        var unmet = conditions.Any(static c => !(bool)c["met"]!);
        string[] columns = ["", "condition", "required", "measured"];
        var table = new Table().Border(TableBorder.Simple).AddColumns(unmet ? [.. columns, "to do"] : columns);
        // What is to be done comes first.
        foreach (var condition in conditions.OrderBy(static c => (bool)c["met"]!))
        {
            var met = (bool)condition["met"]!;
            string[] cells = [met ? "✓" : "✗", $"{condition["name"]}", $"{condition["required"]}", $"{condition["measured"]}", .. unmet ? [met ? "" : $"{condition["mend"]}"] : Array.Empty<string>()];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }

        return table;
    }
}
