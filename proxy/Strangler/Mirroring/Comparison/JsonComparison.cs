using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Strangler.Plan;

namespace Strangler.Mirroring.Comparison;

/// <summary>Compares JSON by path: members in any order, numbers by value, arrays in order unless the plan names a key.</summary>
internal sealed class JsonComparison
{
    private const int Deepest = 256;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Deepest };
    private readonly Findings _findings;
    private readonly List<PathStep> _path = [];
    private int _looks = 2_000_000;

    private JsonComparison(Findings findings) => _findings = findings;

    /// <returns>False when a body cannot be read as JSON: then it is compared as text.</returns>
    public static bool TryCompare(Body legacy, Body service, RuleBook book, Findings findings)
    {
        try
        {
            using var left = JsonDocument.Parse(legacy.Utf8Bytes, Options);
            using var right = JsonDocument.Parse(service.Utf8Bytes, Options);
            new JsonComparison(findings).Walk(left.RootElement, right.RootElement, RuleCursor.Root(book, findings.Noise), report: true);
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text of the document is half of a pair of surrogates, which no .NET string can hold.
            findings.Note($"A body that says it is JSON cannot be read as such, or is nested deeper than {Deepest} levels; it is compared as text.");
            return false;
        }
    }

    /// <returns>True when the two are alike but for what the rules and the noise leave out. Without <paramref name="report"/> it stops at the first difference.</returns>
    private bool Walk(JsonElement legacy, JsonElement service, RuleCursor at, bool report)
    {
        if (!report && --_looks < 0) return false;
        if (at.Find<IgnoreRule>() is { } ignored) return Pass(LeftOutBy.Ignored, ignored.Path!, ignored.Why, legacy, service, at, report);
        if (at.Find<IntendedChange>() is { From: null, To: null } intended) return Pass(LeftOutBy.Intended, intended.Path, intended.Why, legacy, service, at, report);
        return (legacy.ValueKind, service.ValueKind) switch
        {
            (JsonValueKind.Object, JsonValueKind.Object) => Members(legacy, service, at, report),
            (JsonValueKind.Array, JsonValueKind.Array) => Items(legacy, service, at, report),
            _ => JsonElement.DeepEquals(legacy, service) || Differ(KindOf(legacy) == KindOf(service) ? DifferenceKind.Value : DifferenceKind.Type, legacy, service, at, report),
        };
    }

    private bool Members(JsonElement legacy, JsonElement service, RuleCursor at, bool report)
    {
        var same = true;
        var (left, right) = (legacy.EnumerateObject(), service.EnumerateObject());
        List<JsonProperty>? apart = null, apartToo = null;
        // Most answers have their members in the same order; only from the first that differ are they looked up by name.
        while (true)
        {
            var (more, moreToo) = (left.MoveNext(), right.MoveNext());
            if (!more && !moreToo) break;
            if (more && moreToo && apart is null && JsonMarshal.GetRawUtf8PropertyName(left.Current).SequenceEqual(JsonMarshal.GetRawUtf8PropertyName(right.Current)))
            {
                same &= Member(left.Current, left.Current.Value, right.Current.Value, at, report);
                if (!same && !report) return false;
                continue;
            }

            (apart, apartToo) = (apart ?? [], apartToo ?? []);
            if (more) apart.Add(left.Current);
            if (moreToo) apartToo.Add(right.Current);
        }

        if (apart is null) return same;
        var others = ByName(apartToo!);
        foreach (var (key, member) in ByName(apart))
        {
            same &= Member(member, member.Value, others.Remove(key, out var other) ? other.Value : null, at, report);
            if (!same && !report) return false;
        }

        foreach (var member in others.Values) same &= Member(member, null, member.Value, at, report);
        return same;
    }

    /// <summary>A name may be there twice, which JSON allows: the second of one side is compared with the second of the other.</summary>
    private static Dictionary<(string Name, int Turn), JsonProperty> ByName(List<JsonProperty> members)
    {
        var named = new Dictionary<(string Name, int Turn), JsonProperty>();
        foreach (var member in members)
        {
            var (name, turn) = (member.Name, 0);
            while (!named.TryAdd((name, turn), member)) turn++;
        }

        return named;
    }

    private bool Member(JsonProperty member, JsonElement? legacy, JsonElement? service, RuleCursor at, bool report)
    {
        _path.Add(new PathStep(member, 0, null));
        var same = Either(legacy, service, at.Into(member), report);
        _path.RemoveAt(_path.Count - 1);
        return same;
    }

    private bool Item(int index, string? key, JsonElement? legacy, JsonElement? service, RuleCursor at, bool report)
    {
        _path.Add(new PathStep(null, index, key));
        var same = Either(legacy, service, at.Into(index), report);
        _path.RemoveAt(_path.Count - 1);
        return same;
    }

    private bool Either(JsonElement? legacy, JsonElement? service, RuleCursor at, bool report)
    {
        if (legacy is { } one && service is { } other) return Walk(one, other, at, report);
        if (at.Find<IgnoreRule>() is { } ignored) return Pass(LeftOutBy.Ignored, ignored.Path!, ignored.Why, legacy, service, at, report);
        return Differ(legacy is null ? DifferenceKind.Added : DifferenceKind.Missing, legacy, service, at, report);
    }

    private bool Items(JsonElement legacy, JsonElement service, RuleCursor at, bool report)
    {
        var (left, right) = (ItemsOf(legacy), ItemsOf(service));
        if (at.Find<ArrayKey>() is { } rule)
        {
            if (Keyed(left, rule.Key) is { } keys && Keyed(right, rule.Key) is { } others) return ByKey(left, keys, right, others, rule.Key, at, report);
            if (report) _findings.Note($"The items of {rule.Array} do not all have a {rule.Key} of their own; they are compared in order.");
        }

        if (!report && left.Length != right.Length) return false;
        if (!report || left.Length == right.Length && left.Length == 1)
        {
            for (var i = 0; i < left.Length; i++)
            {
                if (!Item(i, null, left[i], right[i], at, report)) return false;
            }

            return true;
        }

        if (Alignment.Of(left.Length, right.Length, (i, j) => Item(i, null, left[i], right[j], at, report: false)) is not { } pairs)
            return Differ(DifferenceKind.Order, legacy, service, at, report);
        var same = true;
        foreach (var (i, j) in pairs) same &= Item(i < 0 ? j : i, null, i < 0 ? null : left[i], j < 0 ? null : right[j], at, report);
        // Noise in items that are otherwise alike is counted too.
        if (_findings.Noise is { IsEmpty: false } && pairs.Count == 0)
        {
            for (var i = 0; i < left.Length; i++) Item(i, null, left[i], right[i], at, report);
        }

        return same;
    }

    private static JsonElement[] ItemsOf(JsonElement array)
    {
        var (items, at) = (new JsonElement[array.GetArrayLength()], 0);
        foreach (var item in array.EnumerateArray()) items[at++] = item;
        return items;
    }

    private bool ByKey(JsonElement[] left, Dictionary<string, int> keys, JsonElement[] right, Dictionary<string, int> others, string key, RuleCursor at, bool report)
    {
        var same = true;
        foreach (var (value, i) in keys)
        {
            same &= Item(i, $"{key}={value}", left[i], others.Remove(value, out var j) ? right[j] : null, at, report);
            if (!same && !report) return false;
        }

        foreach (var (value, j) in others) same &= Item(j, $"{key}={value}", null, right[j], at, report);
        return same;
    }

    private static Dictionary<string, int>? Keyed(JsonElement[] items, string key)
    {
        var keys = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].ValueKind != JsonValueKind.Object || !items[i].TryGetProperty(key, out var value) || value.ValueKind is JsonValueKind.Object or JsonValueKind.Array || !keys.TryAdd(value.ToString(), i)) return null;
        }

        return keys;
    }

    /// <summary>Two that differ, unless a tolerance, an intention or the noise allows for it.</summary>
    private bool Differ(DifferenceKind kind, JsonElement? legacy, JsonElement? service, RuleCursor at, bool report)
    {
        if (kind == DifferenceKind.Value && at.Find<Tolerance>() is { } tolerance && Within(tolerance, legacy!.Value, service!.Value))
            return Pass(LeftOutBy.Tolerated, tolerance.Path, tolerance.Why, legacy, service, at, report);
        if (at.Find<IntendedChange>() is { } intended && Fits(intended.From, legacy) && Fits(intended.To, service))
            return Pass(LeftOutBy.Intended, intended.Path, intended.Why, legacy, service, at, report);
        if (!report) return at.IsNoise(kind);
        // Thousands of items may differ in the same way, of which a few are listed: only those are written out.
        var pattern = PathText(asPattern: true);
        if (!_findings.Shows(pattern, kind)) return !_findings.Add(new Difference(pattern, pattern, kind, null, null));
        var (one, other) = Shown(legacy, service, at);
        return !_findings.Add(new Difference(PathText(), pattern, kind, one, other));
    }

    private bool Pass(LeftOutBy by, string rule, string why, JsonElement? legacy, JsonElement? service, RuleCursor at, bool report)
    {
        if (!report || (legacy is { } one && service is { } other && JsonElement.DeepEquals(one, other))) return true;
        var (left, right) = Shown(legacy, service, at);
        _findings.LeaveOut(by, rule, why, new Difference(PathText(), PathText(asPattern: true), DifferenceKind.Value, left, right));
        return true;
    }

    private static bool Within(Tolerance tolerance, JsonElement legacy, JsonElement service)
    {
        if (legacy.ValueKind != JsonValueKind.Number || service.ValueKind != JsonValueKind.Number) return false;
        var (one, other) = (legacy.GetDouble(), service.GetDouble());
        // Where both bounds are 0.01, 1.01 and 1.00 are apart by a little more than that in binary.
        const double Binary = 1e-12;
        return Math.Abs(one - other) <= Math.Max(tolerance.Absolute, tolerance.Relative * Math.Max(Math.Abs(one), Math.Abs(other))) + Binary * Math.Max(Math.Abs(one), Math.Abs(other));
    }

    private static bool Fits(string? wanted, JsonElement? element) =>
        wanted is null || element is { } value && (value.ValueKind == JsonValueKind.String ? value.GetString() == wanted : value.GetRawText() == wanted);

    private static JsonValueKind KindOf(JsonElement element) => element.ValueKind == JsonValueKind.False ? JsonValueKind.True : element.ValueKind;

    private static (string? Legacy, string? Service) Shown(JsonElement? legacy, JsonElement? service, RuleCursor at)
    {
        var (one, other) = (legacy is { } left ? JsonExcerpt.Of(left, at, Excerpt.Longest * 4) : null, service is { } right ? JsonExcerpt.Of(right, at, Excerpt.Longest * 4) : null);
        return one is not null && other is not null ? Excerpt.Of(one, other) : (one is null ? null : Excerpt.Of(one), other is null ? null : Excerpt.Of(other));
    }

    /// <summary>The path to where the walk stands; as a pattern, without the numbers and keys of items.</summary>
    private string PathText(bool asPattern = false)
    {
        var text = new StringBuilder("$");
        foreach (var step in _path)
        {
            if (step.Member is { } member) JsonPath.Append(text, member.Name);
            else if (asPattern) text.Append("[*]");
            else if (step.Key is not null) text.Append("[?").Append(step.Key).Append(']');
            else text.Append('[').Append(step.Index).Append(']');
        }

        return text.ToString();
    }

    private readonly record struct PathStep(JsonProperty? Member, int Index, string? Key);
}
