using System.Globalization;
using System.Text;

namespace Strangler.Plan;

/// <summary>A path into a JSON document: names, <c>[number]</c> and <c>[*]</c>, as <c>$.items[*].price</c> or <c>$['odd name']</c>. Enough to name what a rule is about.</summary>
internal sealed class JsonPath
{
    private JsonPath(IReadOnlyList<Step> steps) => Steps = steps;

    public IReadOnlyList<Step> Steps { get; }

    /// <returns>Null when the text is no path, or names the whole document.</returns>
    public static JsonPath? Parse(string text)
    {
        if (text.Length < 2 || text[0] != '$') return null;
        var steps = new List<Step>();
        var rest = text.AsSpan(1);
        while (!rest.IsEmpty)
        {
            if (Take(rest) is not { } taken) return null;
            steps.Add(taken.Step);
            rest = rest[taken.Length..];
        }

        return new JsonPath(steps);
    }

    /// <summary>Adds the step to a member, spelled so that it can be read again.</summary>
    public static void Append(StringBuilder path, string name)
    {
        if (NameLength(name) == name.Length && name.Length > 0) path.Append('.').Append(name);
        else path.Append("['").Append(name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)).Append("']");
    }

    private static (Step Step, int Length)? Take(ReadOnlySpan<char> rest)
    {
        if (rest.StartsWith("[*]")) return (default, 3);
        if (rest.StartsWith(".*")) return (default, 2);
        if (rest.StartsWith("['")) return Quoted(rest);
        if (rest[0] == '.') return NameLength(rest[1..]) is var length and > 0 ? (new Step(rest.Slice(1, length).ToString(), null), length + 1) : null;
        var end = rest.IndexOf(']');
        return rest[0] == '[' && end is > 1 and < 11 && int.TryParse(rest[1..end], NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? (new Step(null, index), end + 1) : null;
    }

    private static (Step Step, int Length)? Quoted(ReadOnlySpan<char> rest)
    {
        var name = new StringBuilder();
        for (var i = 2; i < rest.Length; i++)
        {
            if (rest[i] == '\'') return rest[(i + 1)..].StartsWith("]") ? (new Step(name.ToString(), null), i + 2) : null;
            if (rest[i] == '\\' && i + 1 < rest.Length) i++;
            name.Append(rest[i]);
        }

        return null;
    }

    private static int NameLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && (char.IsAsciiLetter(text[length]) || text[length] is '_' or '$' || length > 0 && (char.IsAsciiDigit(text[length]) || text[length] == '-'))) length++;
        return length;
    }

    /// <summary>A member, an item, or any of either when both are null.</summary>
    internal readonly record struct Step(string? Name, int? Index);
}
