using Microsoft.Extensions.Primitives;

namespace Strangler.Mirroring.Comparison;

/// <summary>Compares Link headers (RFC 8288) as the set of relations and targets: the order says nothing.</summary>
internal static class Links
{
    public static void Compare(StringValues legacy, IReadOnlyList<string> origins, StringValues service, IReadOnlyList<string> originsToo, RuleBook book, Findings findings)
    {
        var (one, other) = (Of(legacy, origins), Of(service, originsToo));
        foreach (var relation in one.Keys.Union(other.Keys).Order(StringComparer.Ordinal))
            HeaderComparison.Values($"header Link[rel={relation}]", one.GetValueOrDefault(relation), other.GetValueOrDefault(relation), book, findings);
    }

    private static Dictionary<string, string> Of(StringValues headers, IReadOnlyList<string> origins)
    {
        var links = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var header in headers)
        {
            var rest = header.AsSpan();
            while (rest.IndexOf('<') is var open and >= 0 && rest[open..].IndexOf('>') is var length and > 0)
            {
                var target = rest.Slice(open + 1, length - 1).ToString();
                rest = rest[(open + length + 1)..];
                // The next link begins at the next bracket: parameters hold none outside quotes.
                var end = rest.IndexOf('<');
                var parameters = (end < 0 ? rest : rest[..end]).TrimEnd(", \t").ToString();
                rest = end < 0 ? [] : rest[end..];
                var (relation, others) = Split(parameters);
                if (!links.TryGetValue(relation, out var targets)) links[relation] = targets = [];
                targets.Add(MirrorAnswer.WithoutOrigin(target, origins) + others);
            }
        }

        return links.ToDictionary(static l => l.Key, static l => string.Join(", ", l.Value.Order(StringComparer.Ordinal)));
    }

    private static (string Relation, string Others) Split(string parameters)
    {
        var all = parameters.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static p => p.Replace("\"", "", StringComparison.Ordinal)).ToArray();
        var relation = all.FirstOrDefault(static p => p.StartsWith("rel=", StringComparison.OrdinalIgnoreCase))?[4..].ToLowerInvariant() ?? "";
        return (relation, string.Concat(all.Where(static p => !p.StartsWith("rel=", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).Select(static p => $"; {p}")));
    }
}
