using System.Text;
using System.Text.Json.Nodes;

namespace Strangler.Cli.Rehearse.Load;

/// <summary>A body with placeholders: JSON, or the fields of a form.</summary>
/// <param name="Json">The JSON.</param>
/// <param name="Form">The fields; null for JSON.</param>
internal sealed record LoadBody(JsonNode? Json, IReadOnlyDictionary<string, string>? Form)
{
    public string ContentType => Form is null ? "application/json" : "application/x-www-form-urlencoded";

    public byte[] Fill(Placeholders placeholders, LoadValues values)
    {
        if (Form is null) return Encoding.UTF8.GetBytes(placeholders.Fill(Json, values)?.ToJsonString() ?? "null");
        var fields = Form.Select(f => $"{Uri.EscapeDataString(f.Key)}={Uri.EscapeDataString(placeholders.Fill(f.Value, values))}");
        return Encoding.UTF8.GetBytes(string.Join('&', fields));
    }
}
