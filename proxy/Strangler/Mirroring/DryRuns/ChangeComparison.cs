using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Strangler.Mirroring.DryRuns;

/// <summary>A key that the owner generated, and the one that the dry run got in its place.</summary>
internal readonly record struct KeyPair(string Entity, string Owner, string Dry);

/// <summary>
/// Compares change messages row by row. Rows that exist on one side only are paired in their order when both have generated their keys: a sequence may leave numbers out,
/// which says nothing about the write. Wherever one key of a pair stands against the other, the two count as equal.
/// </summary>
internal static class ChangeComparison
{
    public static IReadOnlyList<KeyPair> Pairs(ChangeReport owner, ChangeReport dry)
    {
        if (owner.Changes is null || dry.Changes is null) return [];
        var pairs = new List<KeyPair>();
        foreach (var entity in owner.Changes.Select(static change => change.Entity).Distinct())
        {
            var (left, right) = (Alone(owner.Changes, dry.Changes, entity), Alone(dry.Changes, owner.Changes, entity));
            if (left.Count == right.Count) pairs.AddRange(left.Zip(right, (one, other) => new KeyPair(entity, one, other)));
        }

        return pairs;
    }

    /// <returns>Null when the two are alike, else where they differ.</returns>
    public static string? Difference(ChangeReport owner, ChangeReport dry, IReadOnlyList<KeyPair> pairs)
    {
        if (owner.Hash == dry.Hash && owner.Count == dry.Count) return null;
        if (owner.Changes is null || dry.Changes is null)
            return string.Create(CultureInfo.InvariantCulture, $"changes: {owner.Count} messages against {dry.Count}, too long to tell which differ");
        var left = ByRow(owner.Changes, static (_, key) => key);
        var right = ByRow(dry.Changes, (entity, key) => pairs.FirstOrDefault(pair => pair.Entity == entity && pair.Dry == key) is { Owner: { } paired } ? paired : key);
        foreach (var row in left.Keys.Union(right.Keys))
        {
            var path = $"changes[{row.Entity} {row.Key}]";
            if (!right.TryGetValue(row, out var other)) return $"{path} of the legacy only";
            if (!left.TryGetValue(row, out var one)) return $"{path} of the service only";
            if (one.Count != other.Count) return string.Create(CultureInfo.InvariantCulture, $"{path} with {one.Count} messages against {other.Count}");
            for (var index = 0; index < one.Count; index++)
            {
                if (one[index].Type != other[index].Type) return $"{path}: {one[index].Type} against {other[index].Type}";
                if (Difference(one[index].Payload, other[index].Payload, path, pairs) is { } inner) return inner;
            }
        }

        return null;
    }

    /// <summary>The dry run's answer with the owner's keys in place of its own.</summary>
    public static MirrorAnswer WithKeysOf(MirrorAnswer dry, IReadOnlyList<KeyPair> pairs)
    {
        if (pairs.Count == 0 || dry.Body.IsEmpty) return dry;
        var keys = pairs.Select(static pair => (pair.Owner, pair.Dry)).DistinctBy(static pair => pair.Dry).ToDictionary(static pair => pair.Dry, static pair => pair.Owner, StringComparer.Ordinal);
        var text = Regex.Replace(Encoding.UTF8.GetString(dry.Body.Span), "[0-9]+", number => keys.GetValueOrDefault(number.Value, number.Value), RegexOptions.None, TimeSpan.FromSeconds(1));
        return dry with { Body = Encoding.UTF8.GetBytes(text) };
    }

    private static List<string> Alone(IReadOnlyList<Change> of, IReadOnlyList<Change> against, string entity)
    {
        var there = against.Where(change => change.Entity == entity).Select(static change => change.Key).ToHashSet(StringComparer.Ordinal);
        return [.. of.Where(change => change.Entity == entity && !there.Contains(change.Key) && long.TryParse(change.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)).Select(static change => change.Key).Distinct()];
    }

    private static Dictionary<(string Entity, string Key), List<Change>> ByRow(IReadOnlyList<Change> changes, Func<string, string, string> keyOf) =>
        changes.GroupBy(change => (change.Entity, keyOf(change.Entity, change.Key))).ToDictionary(static row => row.Key, static row => row.ToList());

    private static string? Difference(JsonNode? one, JsonNode? other, string path, IReadOnlyList<KeyPair> pairs)
    {
        switch (one, other)
        {
            case (JsonObject left, JsonObject right):
                foreach (var name in left.Select(static member => member.Key).Union(right.Select(static member => member.Key)))
                {
                    if (left.ContainsKey(name) != right.ContainsKey(name)) return $"{path}.{name} on one side only";
                    if (Difference(left[name], right[name], $"{path}.{name}", pairs) is { } inner) return inner;
                }

                return null;
            case (JsonArray left, JsonArray right):
                if (left.Count != right.Count) return string.Create(CultureInfo.InvariantCulture, $"{path} with {left.Count} items against {right.Count}");
                for (var index = 0; index < left.Count; index++)
                {
                    if (Difference(left[index], right[index], string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), pairs) is { } inner) return inner;
                }

                return null;
            default:
                if (JsonNode.DeepEquals(one, other)) return null;
                var (a, b) = (one?.ToString(), other?.ToString());
                return pairs.Any(pair => pair.Owner == a && pair.Dry == b) ? null : $"{path}: {a ?? "null"} against {b ?? "null"}";
        }
    }
}
