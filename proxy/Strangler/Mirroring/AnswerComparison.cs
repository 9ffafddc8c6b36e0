using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Strangler.Plan;

namespace Strangler.Mirroring;

/// <summary>Compares two answers: status, then body. JSON is compared as values, so that the order of members and white space do not count.</summary>
internal static class AnswerComparison
{
    private const int ExcerptBytes = 8 * 1024;
    private const int LargestUnpacked = 16 * 1024 * 1024;

    /// <returns>Null when the two are alike, else where they differ.</returns>
    public static string? Difference(MirrorAnswer one, MirrorAnswer other, CompareRules rules)
    {
        if (one.Status != other.Status) return $"status {one.Status} against {other.Status}";
        if (one.ContentEncoding.AsSpan().SequenceEqual(other.ContentEncoding) && one.Body.Span.SequenceEqual(other.Body.Span)) return null;
        var (a, b) = (Unpack(one), Unpack(other));
        if (a.Span.SequenceEqual(b.Span)) return null;
        if (IsJson(one) && IsJson(other) && Json(a, rules) is { } left && Json(b, rules) is { } right)
            return JsonNode.DeepEquals(left.Root, right.Root) ? null : JsonDifference(left.Root, right.Root, "$") ?? "$";
        if (!IsText(one) || !IsText(other)) return $"body of {a.Length} bytes against {b.Length}";
        var (first, second) = (Text(a, rules), Text(b, rules));
        return first == second ? null : $"text at character {first.AsSpan().CommonPrefixLength(second)}";
    }

    public static string Excerpt(MirrorAnswer answer)
    {
        var body = Unpack(answer);
        if (!IsText(answer) && !IsJson(answer) && body.Length > 0) return $"({body.Length} bytes of {answer.ContentType ?? "unknown type"})";
        return Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, ExcerptBytes)]);
    }

    private static bool IsJson(MirrorAnswer answer) => answer.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;

    private static bool IsText(MirrorAnswer answer) => answer.ContentType is { } type
        && (type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || type.Contains("xml", StringComparison.OrdinalIgnoreCase) || type.Contains("javascript", StringComparison.OrdinalIgnoreCase));

    private static (JsonNode? Root, bool Parsed)? Json(ReadOnlyMemory<byte> body, CompareRules rules)
    {
        try
        {
            var root = JsonNode.Parse(body.Span);
            foreach (var rule in rules.Ignore)
            {
                if (rule.Path is not null) JsonPath.Parse(rule.Path)?.Remove(root);
            }

            return (root, true);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(ReadOnlyMemory<byte> body, CompareRules rules)
    {
        var text = Encoding.UTF8.GetString(body.Span);
        foreach (var rule in rules.Ignore)
        {
            if (rule.Pattern is not null) text = Regex.Replace(text, rule.Pattern, "", RegexOptions.None, TimeSpan.FromSeconds(1));
        }

        return text;
    }

    private static string? JsonDifference(JsonNode? a, JsonNode? b, string path)
    {
        switch (a, b)
        {
            case (JsonObject one, JsonObject other):
                foreach (var name in one.Select(static m => m.Key).Union(other.Select(static m => m.Key)))
                {
                    if (one.ContainsKey(name) != other.ContainsKey(name)) return $"{path}.{name} on one side only";
                    if (JsonDifference(one[name], other[name], $"{path}.{name}") is { } inner) return inner;
                }

                return null;
            case (JsonArray one, JsonArray other):
                if (one.Count != other.Count) return $"{path} with {one.Count} items against {other.Count}";
                for (var i = 0; i < one.Count; i++)
                {
                    if (JsonDifference(one[i], other[i], $"{path}[{i}]") is { } inner) return inner;
                }

                return null;
            default:
                return JsonNode.DeepEquals(a, b) ? null : path;
        }
    }

    /// <summary>Two servers may pack the same text into different bytes.</summary>
    private static ReadOnlyMemory<byte> Unpack(MirrorAnswer answer)
    {
        var packed = new MemoryStream(answer.Body.ToArray());
        using Stream? stream = answer.ContentEncoding switch
        {
            "gzip" => new GZipStream(packed, CompressionMode.Decompress),
            "br" => new BrotliStream(packed, CompressionMode.Decompress),
            "deflate" => new ZLibStream(packed, CompressionMode.Decompress),
            _ => null,
        };
        if (stream is null || answer.Body.Length == 0) return answer.Body;
        try
        {
            var unpacked = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (stream.Read(buffer) is var read and > 0)
            {
                if (unpacked.Length + read > LargestUnpacked) return answer.Body;
                unpacked.Write(buffer, 0, read);
            }

            return unpacked.ToArray();
        }
        catch (InvalidDataException)
        {
            return answer.Body;
        }
    }
}
