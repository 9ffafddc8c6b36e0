using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Strangler.Plan;

/// <summary>A path into a JSON document: names, <c>[number]</c> and <c>[*]</c>, as <c>$.items[*].price</c>. Enough to name what is ignored.</summary>
internal sealed partial class JsonPath(IReadOnlyList<JsonPath.Step> steps)
{
    public static JsonPath? Parse(string text)
    {
        var match = Whole().Match(text);
        if (!match.Success) return null;
        var steps = new List<Step>();
        foreach (Capture capture in match.Groups["step"].Captures)
        {
            var step = capture.Value;
            if (step is "[*]" or ".*") steps.Add(new Step(null, null));
            else if (step.StartsWith("['", StringComparison.Ordinal)) steps.Add(new Step(step[2..^2], null));
            else if (step[0] == '[') steps.Add(new Step(null, int.Parse(step.AsSpan()[1..^1], CultureInfo.InvariantCulture)));
            else steps.Add(new Step(step[1..], null));
        }

        return new JsonPath(steps);
    }

    /// <summary>Takes everything that the path names out of the document.</summary>
    /// <returns>How many values were taken out.</returns>
    public int Remove(JsonNode? root) => Remove(root, 0);

    private int Remove(JsonNode? node, int depth)
    {
        var (step, last) = (steps[depth], depth == steps.Count - 1);
        var removed = 0;
        switch (node)
        {
            case JsonObject parent when step.Index is null:
                foreach (var name in step.Name is null ? parent.Select(static member => member.Key).ToArray() : [step.Name])
                {
                    if (last) removed += parent.Remove(name) ? 1 : 0;
                    else if (parent.TryGetPropertyValue(name, out var child)) removed += Remove(child, depth + 1);
                }

                break;
            case JsonArray list when step.Name is null:
                for (var i = list.Count - 1; i >= 0; i--)
                {
                    if (step.Index is { } wanted && wanted != i) continue;
                    if (!last) removed += Remove(list[i], depth + 1);
                    else
                    {
                        // The place stays, so that lists of different lengths do not come out equal.
                        list[i] = null;
                        removed++;
                    }
                }

                break;
        }

        return removed;
    }

    [GeneratedRegex(@"^\$(?<step>\.\*|\.[A-Za-z_$][\w$-]*|\[\*\]|\[\d{1,9}\]|\['[^']+'\])+$")]
    private static partial Regex Whole();

    internal readonly record struct Step(string? Name, int? Index);
}
