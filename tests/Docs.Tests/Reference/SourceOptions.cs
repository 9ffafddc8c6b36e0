using System.Globalization;
using System.Text.RegularExpressions;

namespace Docs.Tests.Reference;

/// <summary>The settings of a class whose project is not part of every build, read from its source.</summary>
internal static partial class SourceOptions
{
    public static IEnumerable<CodeRow> Rows(string section, string type, string file)
    {
        var source = File.ReadAllText(file);
        var start = source.IndexOf($"class {type}", StringComparison.Ordinal);
        var body = source[start..source.IndexOf("\n}", start, StringComparison.Ordinal)];
        return Property().Matches(body).Select(found => Row(section, found));
    }

    private static CodeRow Row(string section, Match found)
    {
        var (type, name, preset) = (found.Groups["type"].Value, found.Groups["name"].Value, found.Groups["preset"].Value);
        var dictionary = type.StartsWith("Dictionary", StringComparison.Ordinal);
        var range = found.Groups["from"].Success ? $", {Number(found.Groups["from"].Value)} to {Number(found.Groups["to"].Value)}" : "";
        var shown = dictionary ? "text" : SettingText.TypeName(type);
        return new CodeRow([$"`{section}:{name}{(dictionary ? ":NAME" : "")}`", shown + range, dictionary ? "-" : Default(type, preset)], found.Groups["summary"].Value);
    }

    private static string Default(string type, string preset)
    {
        if (Span().Match(preset) is { Success: true } span)
        {
            var amount = double.Parse(span.Groups["amount"].Value, CultureInfo.InvariantCulture);
            return SettingText.Value(span.Groups["unit"].Value switch
            {
                "Milliseconds" => TimeSpan.FromMilliseconds(amount),
                "Seconds" => TimeSpan.FromSeconds(amount),
                var other => throw new NotSupportedException($"A default in {other}."),
            });
        }

        return preset.Trim('"') is { Length: > 0 } value ? $"`{value}`" : type == "bool" ? "`false`" : "-";
    }

    private static string Number(string literal) => literal.Replace("_", "", StringComparison.Ordinal);

    [GeneratedRegex(
        @"<summary>(?<summary>[^\n]*)</summary>(\s*///[^\n]*)*(\s*\[(Range\((?<from>[\d_]+), (?<to>[\d_]+)\)|\w+)\])*\s*public (?<type>[\w?]+(<[^>]+>)?) (?<name>\w+) \{ get;( set;)? \}( = (?<preset>[^;]+);)?")]
    private static partial Regex Property();

    [GeneratedRegex(@"TimeSpan\.From(?<unit>\w+)\((?<amount>[\d.]+)\)")]
    private static partial Regex Span();
}
