using System.Text.Json;
using System.Text.RegularExpressions;
using AngleSharp.Css.Parser;

namespace Strangler.Plan;

/// <summary>Reads in what the answers of a module or of one endpoint may differ.</summary>
internal static class CompareReader
{
    private const string PathMend = "Write a path as \"$.items[*].price\": names, [number] and [*].";
    private const string WhyMend = "Say why both sides may differ here: the reason is shown beside what was ignored.";
    private static readonly CssSelectorParser Selectors = new();

    /// <returns>The rules that hold elsewhere and the section's own; null when the section has none.</returns>
    public static CompareRules? Read(PlanSection parent, CompareRules elsewhere, List<PlanError> errors)
    {
        if (parent.Section("compare", PlanFields.Compare) is not { } compare) return null;
        var (headers, redact) = (compare.Section("headers", PlanFields.CompareHeaders), compare.Section("redact", PlanFields.Redact));
        var own = new CompareRules(Each(compare, "ignore", PlanFields.Ignore, "{ \"path\": \"$.field\", \"why\": \"the reason\" }", errors, Ignore))
        {
            AddedHeaders = Each(headers, "add", PlanFields.Header, "{ \"name\": \"X-Total\", \"why\": \"the reason\" }", errors, Header),
            OmittedHeaders = Each(headers, "omit", PlanFields.Header, "{ \"name\": \"Vary\", \"why\": \"the reason\" }", errors, Header),
            Keys = Each(compare, "keys", PlanFields.Key, "{ \"array\": \"$.items\", \"key\": \"id\" }", errors, Key),
            Tolerances = Each(compare, "tolerances", PlanFields.Tolerance, "{ \"path\": \"$.total\", \"absolute\": 0.01, \"why\": \"the reason\" }", errors, ReadTolerance),
            Intended = Each(compare, "intended", PlanFields.Intended, "{ \"path\": \"$.state\", \"from\": \"open\", \"to\": \"new\", \"why\": \"the reason\" }", errors, Intended),
            RedactedHeaders = Texts(redact, "headers", static _ => true, "Write the header's name."),
            RedactedPaths = Texts(redact, "paths", static text => JsonPath.Parse(text) is not null, PathMend),
            NoiseSample = compare.Share("noiseSample", elsewhere.NoiseSample),
        };
        return elsewhere.With(own);
    }

    private static IgnoreRule? Ignore(PlanSection rule)
    {
        var (pattern, selector) = (rule.Text("pattern"), rule.Text("selector"));
        if (((string[])["path", "pattern", "selector"]).Count(name => rule.Field(name) is not null) != 1)
            rule.Add(null, "path", "Exactly one of \"path\", \"pattern\" and \"selector\" says what is ignored.", "Write \"path\": \"$.field\" for JSON, \"selector\": \"input[name=token]\" for HTML or \"pattern\": \"regular expression\" for text.");
        if (rule.Field("attribute") is not null && rule.Field("selector") is null)
            rule.Add(rule.Field("attribute"), "attribute", "An attribute belongs to a selector.", "Write \"selector\": \"input[name=token]\" beside it, or remove it.");
        var path = rule.Field("path") is null ? null : Path(rule, "path");
        if (pattern is not null)
        {
            try
            {
                _ = new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
            }
            catch (ArgumentException error)
            {
                rule.Add(rule.Field("pattern"), "pattern", $"The regular expression is wrong: {error.Message}", "Mend the expression.");
            }
        }

        if (selector is not null && Selectors.ParseSelector(selector) is null)
            rule.Add(rule.Field("selector"), "selector", $"\"{selector}\" is no CSS selector.", "Write a selector as \"form input[name=token]\".");
        return rule.RequiredText("why", WhyMend) is { } why ? new IgnoreRule(path, pattern, why) { Selector = selector, Attribute = rule.Text("attribute") } : null;
    }

    private static HeaderRule? Header(PlanSection rule)
    {
        var name = rule.RequiredText("name", "Name the header.");
        var why = rule.RequiredText("why", "Say why: the reason is shown with what was compared.");
        return name is null || why is null ? null : new HeaderRule(name, why);
    }

    private static ArrayKey? Key(PlanSection rule)
    {
        var array = Path(rule, "array");
        var key = rule.RequiredText("key", "Name the member that tells one item from another.");
        return array is null || key is null ? null : new ArrayKey(array, key);
    }

    private static Tolerance? ReadTolerance(PlanSection rule)
    {
        var path = Path(rule, "path");
        if (rule.Field("absolute") is null && rule.Field("relative") is null)
            rule.Add(null, "absolute", "It does not say how far the numbers may be apart.", "Write \"absolute\": 0.01, or \"relative\": 0.001 for one in a thousand.");
        var (absolute, relative) = (rule.Amount("absolute", 0), rule.Share("relative", 0));
        var why = rule.RequiredText("why", WhyMend);
        return path is null || why is null ? null : new Tolerance(path, absolute, relative, why);
    }

    private static IntendedChange? Intended(PlanSection rule)
    {
        var path = rule.RequiredText("path", "Say what changes: \"$.field\", \"status\" or \"header NAME\".");
        if (path is not null && path != "status" && !(path.StartsWith("header ", StringComparison.Ordinal) && path.Length > 7) && JsonPath.Parse(path) is null)
            rule.Add(rule.Field("path"), "path", $"\"{path}\" is no place in an answer.", "Write \"$.field\" for JSON, \"status\" or \"header NAME\".");
        var (from, to) = (Scalar(rule, "from"), Scalar(rule, "to"));
        var why = rule.RequiredText("why", "Say why the service answers differently: the reason is shown beside what was ignored.");
        return path is null || why is null ? null : new IntendedChange(path, from, to, why);
    }

    private static string? Scalar(PlanSection rule, string name)
    {
        if (rule.Field(name) is not { } node) return null;
        if (node.Kind is JsonValueKind.String or JsonValueKind.Number) return node.Text;
        if (node.Kind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null) return node.Kind.ToString().ToLowerInvariant();
        rule.Add(node, name, "The value is an object or a list, but one value belongs here.", "Write a text, a number, true, false or null; leave the field out for any value.");
        return null;
    }

    private static string? Path(PlanSection rule, string name)
    {
        if (rule.RequiredText(name, PathMend) is not { } path) return null;
        if (JsonPath.Parse(path) is null) rule.Add(rule.Field(name), name, $"\"{path}\" is no JSON path.", PathMend);
        return path;
    }

    private static List<T> Each<T>(PlanSection? parent, string name, string[] known, string mend, List<PlanError> errors, Func<PlanSection, T?> read)
        where T : class
    {
        var rules = new List<T>();
        var list = parent?.Field(name, JsonValueKind.Array, "a list of rules [ ]");
        for (var i = 0; i < (list?.Items.Count ?? 0); i++)
        {
            var item = list!.Items[i];
            if (item.Kind != JsonValueKind.Object) parent!.Add(item, $"{name}[{i}]", "A rule is an object.", $"Write {mend}.");
            else if (read(new PlanSection(item, $"{parent!.At(name)}[{i}]", errors, known)) is { } rule) rules.Add(rule);
        }

        return rules;
    }

    private static List<string> Texts(PlanSection? parent, string name, Func<string, bool> right, string mend)
    {
        var texts = new List<string>();
        var list = parent?.Field(name, JsonValueKind.Array, "a list of texts [ ]");
        for (var i = 0; i < (list?.Items.Count ?? 0); i++)
        {
            var item = list!.Items[i];
            if (item.Kind == JsonValueKind.String && item.Text.Length > 0 && right(item.Text)) texts.Add(item.Text);
            else parent!.Add(item, $"{name}[{i}]", item.Kind == JsonValueKind.String ? $"\"{item.Text}\" cannot stand here." : "A text in quotes belongs here.", mend);
        }

        return texts;
    }
}
