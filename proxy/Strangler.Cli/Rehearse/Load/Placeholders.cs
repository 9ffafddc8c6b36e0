using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Strangler.Cli.Rehearse.Load;

/// <summary>What the placeholders of one request stand for.</summary>
/// <param name="Client">The client's name.</param>
/// <param name="Key">The key of the record that is written or read.</param>
/// <param name="Value">A whole number that grows with each write of a client.</param>
/// <param name="Unique">A text that no other request has.</param>
internal sealed record LoadValues(string Client, string Key = "", long Value = 0, string Unique = "");

/// <summary>Fills targets, headers and bodies of the load.</summary>
/// <param name="secret">The secret of a name.</param>
internal sealed partial class Placeholders(Func<string, string> secret)
{
    /// <summary>The placeholders as they are shown to the user.</summary>
    public const string Known = "{key}, {value}, {key:text}, {value:text}, {unique}, {client}, {FIRST..LAST} and {secret:NAME}";

    public string Fill(string text, LoadValues values) => Placeholder().Replace(text, found => Of(found, values));

    /// <summary>A copy of the JSON. A text that is nothing but a placeholder becomes a number when what it stands for is one.</summary>
    public JsonNode? Fill(JsonNode? node, LoadValues values) => node switch
    {
        JsonObject members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, Fill(m.Value, values)))),
        JsonArray items => new JsonArray([.. items.Select(i => Fill(i, values))]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => FillText(value.GetValue<string>(), values),
        _ => node?.DeepClone(),
    };

    /// <summary>The names of the secrets in a text.</summary>
    public static IEnumerable<string> SecretsIn(string text) =>
        Placeholder().Matches(text).Select(static m => m.Groups["secret"].Value).Where(static name => name.Length > 0);

    /// <summary>Every text that the ranges in <paramref name="text"/> stand for, at most <paramref name="most"/> of them, spread evenly.</summary>
    public static IReadOnlyList<string> Expand(string text, int most)
    {
        IEnumerable<string> texts = [text];
        while (Range().Match(texts.First()) is { Success: true } range)
        {
            var (first, last) = Bounds(range);
            texts = texts.SelectMany(t => Numbers(first, last, most).Select(n => Range().Replace(t, n.ToString(CultureInfo.InvariantCulture), 1))).ToList();
        }

        var all = texts.ToList();
        return all.Count <= most ? all : [.. Enumerable.Range(0, most).Select(i => all[(int)((long)i * all.Count / most)])];
    }

    /// <returns>A text in braces that is no placeholder; null when there is none.</returns>
    public static string? UnknownIn(string text) =>
        Braces().Matches(text).Select(static m => m.Value).FirstOrDefault(static m => !Placeholder().IsMatch(m));

    private JsonValue FillText(string text, LoadValues values)
    {
        var filled = Fill(text, values);
        var found = Placeholder().Match(text);
        var mayBeNumber = found.Success && found.Length == text.Length && !found.Groups["text"].Success;
        return mayBeNumber && long.TryParse(filled, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : JsonValue.Create(filled);
    }

    private string Of(Match found, LoadValues values)
    {
        if (found.Groups["secret"] is { Success: true } named) return secret(named.Value);
        if (found.Groups["first"].Success)
        {
            var (first, last) = Bounds(found);
            return Random.Shared.Next(first, last + 1).ToString(CultureInfo.InvariantCulture);
        }

        return found.Value switch
        {
            "{key}" or "{key:text}" => values.Key,
            "{value}" or "{value:text}" => values.Value.ToString(CultureInfo.InvariantCulture),
            "{unique}" => values.Unique,
            _ => values.Client,
        };
    }

    private static (int First, int Last) Bounds(Match range)
    {
        var first = int.Parse(range.Groups["first"].ValueSpan, CultureInfo.InvariantCulture);
        return (first, Math.Max(first, int.Parse(range.Groups["last"].ValueSpan, CultureInfo.InvariantCulture)));
    }

    private static IEnumerable<int> Numbers(int first, int last, int most)
    {
        var count = Math.Min(most, (long)last - first + 1);
        for (var i = 0L; i < count; i++) yield return (int)(first + i * ((long)last - first + 1) / count);
    }

    [GeneratedRegex(@"\{((key|value)(?<text>:text)?|unique|client|secret:(?<secret>[a-z0-9][a-z0-9-]*)|(?<first>\d{1,9})\.\.(?<last>\d{1,9}))\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\{(?<first>\d{1,9})\.\.(?<last>\d{1,9})\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Range();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Braces();
}
