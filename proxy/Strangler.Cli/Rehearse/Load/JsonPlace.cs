using System.Text.Json;
using Strangler.Plan;

namespace Strangler.Cli.Rehearse.Load;

/// <summary>One place in a JSON document, as <c>$.items[0].price</c>.</summary>
internal sealed class JsonPlace
{
    private readonly JsonPath _path;
    private readonly string _text;

    private JsonPlace(JsonPath path, string text) => (_path, _text) = (path, text);

    /// <returns>Null when the text names no single place.</returns>
    public static JsonPlace? Parse(string text) =>
        JsonPath.Parse(text) is { } path && path.Steps.All(static s => s.Name is not null || s.Index is not null) ? new JsonPlace(path, text) : null;

    /// <returns>The text or number that is there; null when there is none, or the body is no JSON.</returns>
    public string? In(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var at = document.RootElement;
            foreach (var step in _path.Steps)
            {
                if (Into(at, step.Name, step.Index) is not { } next) return null;
                at = next;
            }

            return at.ValueKind is JsonValueKind.String ? at.GetString() : at.GetRawText();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override string ToString() => _text;

    private static JsonElement? Into(JsonElement at, string? name, int? index)
    {
        if (name is not null) return at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var member) ? member : null;
        return at.ValueKind == JsonValueKind.Array && index < at.GetArrayLength() ? at[index.Value] : null;
    }
}
