using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Strangler.Mirroring.Comparison;

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

    /// <returns>Null when the two are alike, else the first place where they differ.</returns>
    public static Difference? Difference(ChangeReport owner, ChangeReport dry, IReadOnlyList<KeyPair> pairs)
    {
        if (owner.Hash == dry.Hash && owner.Count == dry.Count) return null;
        if (owner.Changes is null || dry.Changes is null)
            return new Difference("changes", "changes", DifferenceKind.Value, $"{owner.Count} messages, too long to be shown", $"{dry.Count} messages, too long to be shown");
        var left = ByRow(owner.Changes, static (_, key) => key);
        var right = ByRow(dry.Changes, (entity, key) => pairs.FirstOrDefault(pair => pair.Entity == entity && pair.Dry == key) is { Owner: { } paired } ? paired : key);
        foreach (var row in left.Keys.Union(right.Keys))
        {
            var at = new Place($"changes[{row.Entity} {row.Key}]", $"changes[{row.Entity} *]");
            if (!right.TryGetValue(row, out var other)) return at.Found(DifferenceKind.Missing, left[row][0].Type, null);
            if (!left.TryGetValue(row, out var one)) return at.Found(DifferenceKind.Added, null, other[0].Type);
            if (one.Count != other.Count) return at.Found(DifferenceKind.Value, $"{one.Count} messages", $"{other.Count} messages");
            for (var index = 0; index < one.Count; index++)
            {
                if (one[index].Type != other[index].Type) return at.Found(DifferenceKind.Type, one[index].Type, other[index].Type);
                if (Difference(one[index].Payload, other[index].Payload, at, pairs) is { } inner) return inner;
            }
        }

        return null;
    }

    /// <summary>The dry run's answer with the owner's keys in place of its own, in its body and where it sends the client to.</summary>
    public static MirrorAnswer WithKeysOf(MirrorAnswer dry, IReadOnlyList<KeyPair> pairs)
    {
        if (pairs.Count == 0) return dry;
        var keys = pairs.Select(static pair => (pair.Owner, pair.Dry)).DistinctBy(static pair => pair.Dry).ToDictionary(static pair => pair.Dry, static pair => pair.Owner, StringComparer.Ordinal);
        return dry with
        {
            Body = dry.Body.IsEmpty ? dry.Body : Encoding.UTF8.GetBytes(Replace(Encoding.UTF8.GetString(dry.Body.Span))),
            Headers = [.. dry.Headers.Select(header => header.Key.Equals("Location", StringComparison.OrdinalIgnoreCase) ? new(header.Key, Replace(header.Value.ToString())) : header)],
        };

        string Replace(string text) => Regex.Replace(text, "[0-9]+", number => keys.GetValueOrDefault(number.Value, number.Value), RegexOptions.None, TimeSpan.FromSeconds(1));
    }

    private static List<string> Alone(IReadOnlyList<Change> of, IReadOnlyList<Change> against, string entity)
    {
        var there = against.Where(change => change.Entity == entity).Select(static change => change.Key).ToHashSet(StringComparer.Ordinal);
        return [.. of.Where(change => change.Entity == entity && !there.Contains(change.Key) && long.TryParse(change.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)).Select(static change => change.Key).Distinct()];
    }

    private static Dictionary<(string Entity, string Key), List<Change>> ByRow(IReadOnlyList<Change> changes, Func<string, string, string> keyOf) =>
        changes.GroupBy(change => (change.Entity, keyOf(change.Entity, change.Key))).ToDictionary(static row => row.Key, static row => row.ToList());

    private static Difference? Difference(JsonNode? one, JsonNode? other, Place at, IReadOnlyList<KeyPair> pairs)
    {
        switch (one, other)
        {
            case (JsonObject left, JsonObject right):
                foreach (var name in left.Select(static member => member.Key).Union(right.Select(static member => member.Key)))
                {
                    var inside = at.Member(name);
                    if (!right.ContainsKey(name)) return inside.Found(DifferenceKind.Missing, Text(left[name]), null);
                    if (!left.ContainsKey(name)) return inside.Found(DifferenceKind.Added, null, Text(right[name]));
                    if (Difference(left[name], right[name], inside, pairs) is { } inner) return inner;
                }

                return null;
            case (JsonArray left, JsonArray right):
                if (left.Count != right.Count) return at.Found(DifferenceKind.Value, $"{left.Count} items", $"{right.Count} items");
                for (var index = 0; index < left.Count; index++)
                {
                    if (Difference(left[index], right[index], at.Item(index), pairs) is { } inner) return inner;
                }

                return null;
            default:
                if (JsonNode.DeepEquals(one, other)) return null;
                var (a, b) = (one?.ToString(), other?.ToString());
                if (pairs.Any(pair => pair.Owner == a && pair.Dry == b)) return null;
                return at.Found(one?.GetValueKind() == other?.GetValueKind() ? DifferenceKind.Value : DifferenceKind.Type, Text(one), Text(other));
        }
    }

    private static string Text(JsonNode? value) => Excerpt.Of(value?.ToString() ?? "null");

    /// <summary>A place in the messages, and the same without the numbers of rows and items.</summary>
    private readonly record struct Place(string Path, string Pattern)
    {
        public Place Member(string name) => new($"{Path}.{name}", $"{Pattern}.{name}");

        public Place Item(int index) => new(string.Create(CultureInfo.InvariantCulture, $"{Path}[{index}]"), $"{Pattern}[*]");

        public Difference Found(DifferenceKind kind, string? legacy, string? service) => new(Path, Pattern, kind, legacy, service);
    }
}
