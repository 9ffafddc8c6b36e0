using System.Globalization;
using System.Text.Json;

namespace Docs.Tests.Reference;

/// <summary>The fields of the plan's schema, one row each.</summary>
internal static class PlanSchema
{
    public static JsonElement Definition(JsonElement schema, string name) => schema.GetProperty("$defs").GetProperty(name);

    /// <summary>The fields of an object and of the objects in it. The rules of comparison are a table of their own.</summary>
    public static IEnumerable<CodeRow> Rows(JsonElement schema, JsonElement section, string path = "")
    {
        var needed = section.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(static name => name.GetString()!).ToHashSet() : [];
        foreach (var field in section.GetProperty("properties").EnumerateObject())
        {
            var name = path + field.Name;
            if (InnerOf(schema, field.Value) is { } inner)
            {
                foreach (var row in Rows(schema, inner, name + (field.Value.TryGetProperty("items", out _) || IsReferenceToList(schema, field.Value) ? "[]." : "."))) yield return row;
            }
            else
            {
                yield return new CodeRow([$"`{name}`", Default(field, needed)], Description(field.Value));
            }
        }
    }

    public static string Value(JsonElement preset) => preset.ValueKind switch
    {
        JsonValueKind.Null => "-",
        JsonValueKind.True => "`true`",
        JsonValueKind.False => "`false`",
        JsonValueKind.String when TimeSpan.TryParse(preset.GetString(), CultureInfo.InvariantCulture, out var span) => SettingText.Value(span),
        JsonValueKind.Number when preset.TryGetInt64(out var whole) => SettingText.Value(whole),
        _ => $"`{preset}`",
    };

    private static string Default(JsonProperty field, HashSet<string> needed) =>
        field.Value.TryGetProperty("default", out var preset) ? Value(preset) : needed.Contains(field.Name) ? "needed" : "-";

    private static JsonElement? InnerOf(JsonElement schema, JsonElement field)
    {
        var followed = Followed(schema, field);
        if (followed.TryGetProperty("items", out var items)) followed = Followed(schema, items);
        var isCompare = field.TryGetProperty("$ref", out var reference) && reference.GetString() == "#/$defs/compare";
        return !isCompare && followed.TryGetProperty("properties", out _) ? followed : null;
    }

    private static bool IsReferenceToList(JsonElement schema, JsonElement field) => Followed(schema, field).TryGetProperty("items", out _);

    private static JsonElement Followed(JsonElement schema, JsonElement field) =>
        field.TryGetProperty("$ref", out var reference) ? Definition(schema, reference.GetString()!.Split('/')[^1]) : field;

    private static string Description(JsonElement field) => field.TryGetProperty("description", out var text) ? text.GetString()! : "";
}
