using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using AngleSharp.Css.Dom;
using AngleSharp.Css.Parser;
using Strangler.Plan;

namespace Strangler.Mirroring.Comparison;

/// <summary>Rules made ready for use: paths parsed, patterns compiled, headers listed. Made once for the rules of a plan.</summary>
internal sealed class RuleBook
{
    private static readonly ConditionalWeakTable<CompareRules, RuleBook> Books = [];
    private static readonly CssSelectorParser Selectors = new();
    private static readonly string[] Credentials = ["Authorization", "Proxy-Authorization", "X-Api-Key", "Cookie", "Set-Cookie"];
    private readonly IReadOnlyList<(Regex Pattern, IgnoreRule Rule)> _patterns;
    private readonly IReadOnlyList<IntendedChange> _intended;
    private readonly FrozenSet<string> _redacted;

    private RuleBook(CompareRules rules)
    {
        _patterns = [.. rules.Ignore.Where(static r => r.Pattern is not null).Select(static r => (new Regex(r.Pattern!, RegexOptions.None, TimeSpan.FromSeconds(1)), r))];
        _intended = [.. rules.Intended.Where(static r => r.Path[0] != '$')];
        _redacted = rules.RedactedHeaders.Concat(Credentials).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        Headers = [.. HeaderComparison.Usual.Concat(rules.AddedHeaders.Select(static h => h.Name)).Distinct(StringComparer.OrdinalIgnoreCase)];
        Omitted = rules.OmittedHeaders.DistinctBy(static h => h.Name, StringComparer.OrdinalIgnoreCase).ToFrozenDictionary(static h => h.Name, static h => h.Why, StringComparer.OrdinalIgnoreCase);
        ElementRules = [.. rules.Ignore.Where(static r => r.Selector is not null).Select(static r => (Selectors.ParseSelector(r.Selector!)!, r))];
        PathRules =
        [
            .. rules.Ignore.Where(static r => r.Path is not null).Select(static r => new PathRule(JsonPath.Parse(r.Path!)!, r)),
            .. rules.Tolerances.Select(static r => new PathRule(JsonPath.Parse(r.Path)!, r)),
            .. rules.Intended.Where(static r => r.Path[0] == '$').Select(static r => new PathRule(JsonPath.Parse(r.Path)!, r)),
            .. rules.Keys.Select(static r => new PathRule(JsonPath.Parse(r.Array)!, r)),
            .. rules.RedactedPaths.Select(static r => new PathRule(JsonPath.Parse(r)!, Redaction.Instance)),
        ];
        RedactsPaths = rules.RedactedPaths.Count > 0;
    }

    /// <summary>The names of the headers that are compared, those that the plan omits among them.</summary>
    public IReadOnlyList<string> Headers { get; }

    /// <summary>Headers that the plan omits, with its reasons.</summary>
    public FrozenDictionary<string, string> Omitted { get; }

    /// <summary>What is ignored in HTML.</summary>
    public IReadOnlyList<(ISelector Selector, IgnoreRule Rule)> ElementRules { get; }

    /// <summary>All rules about places in JSON.</summary>
    public IReadOnlyList<PathRule> PathRules { get; }

    public bool RedactsPaths { get; }

    public static RuleBook Of(CompareRules rules) => Books.GetValue(rules, static made => new RuleBook(made));

    /// <summary>True for headers whose values are never kept.</summary>
    public bool Hides(string header) => _redacted.Contains(header);

    /// <summary>The intended change at a place outside JSON that allows for these two values.</summary>
    public IntendedChange? IntendedAt(string place, string? legacy, string? service) =>
        _intended.FirstOrDefault(r => r.Path.Equals(place, StringComparison.OrdinalIgnoreCase) && (r.From is null || r.From == legacy) && (r.To is null || r.To == service));

    /// <summary>The two texts without what the plan's patterns ignore.</summary>
    public (string Legacy, string Service) WithoutPatterns(string legacy, string service, Findings findings)
    {
        foreach (var (pattern, rule) in _patterns)
        {
            var (one, other) = (pattern.Replace(legacy, ""), pattern.Replace(service, ""));
            var (removed, removedToo) = (Removed(pattern, legacy), Removed(pattern, service));
            if (removed != removedToo) findings.LeaveOut(LeftOutBy.Ignored, rule.Pattern!, rule.Why, new Difference("body", "body", DifferenceKind.Value, Excerpt.Of(removed), Excerpt.Of(removedToo)));
            (legacy, service) = (one, other);
        }

        return (legacy, service);
    }

    private static string Removed(Regex pattern, string text) => string.Join('\n', pattern.Matches(text).Select(static m => m.Value));
}

/// <summary>A rule about a place in JSON.</summary>
internal readonly record struct PathRule(JsonPath Path, object Rule);

/// <summary>Stands for: the value is not kept.</summary>
internal sealed class Redaction
{
    public const string Text = "(redacted)";

    private Redaction()
    {
    }

    public static Redaction Instance { get; } = new();
}
