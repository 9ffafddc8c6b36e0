using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Strangler.Mirroring.Comparison;

/// <summary>Writes JSON for people to read: without what is to be redacted, and no longer than asked for.</summary>
internal static class JsonExcerpt
{
    public static string Of(JsonElement element, RuleCursor at, int longest)
    {
        var text = new StringBuilder();
        Write(text, element, at, longest);
        return text.Length > longest ? $"{text.ToString(0, longest)}…" : text.ToString();
    }

    /// <summary>A whole body; null when it cannot be read as JSON, and so nothing in it can be found to be redacted.</summary>
    public static string? OfBody(Body body, RuleBook book, int longest)
    {
        try
        {
            using var document = JsonDocument.Parse(body.Utf8Bytes, new JsonDocumentOptions { MaxDepth = 256 });
            return Of(document.RootElement, RuleCursor.Root(book, null), longest);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Write(StringBuilder text, JsonElement element, RuleCursor at, int longest)
    {
        if (text.Length > longest) return;
        if (at.IsHidden)
        {
            text.Append('"').Append(Redaction.Text).Append('"');
            return;
        }

        var first = true;
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (var member in element.EnumerateObject())
                {
                    if (text.Length > longest) break;
                    text.Append(first ? "\"" : ",\"").Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(member.Name)).Append("\":");
                    Write(text, member.Value, at.Into(member.Name), longest);
                    first = false;
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    if (text.Length > longest) break;
                    if (!first) text.Append(',');
                    Write(text, item, at.Into(index++), longest);
                    first = false;
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                text.Append('"').Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(element.GetString()!)).Append('"');
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }
}
