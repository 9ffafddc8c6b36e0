using System.Globalization;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Strangler.Mirroring.Comparison;

/// <summary>What of a page is compared: its elements, attributes and text, without what the rules leave out.</summary>
internal sealed class HtmlTree
{
    private const int Deepest = 400;
    private static readonly HashSet<string> Inline = new(StringComparer.Ordinal)
    {
        "a", "abbr", "b", "bdi", "bdo", "button", "cite", "code", "data", "dfn", "em", "i", "img", "input", "kbd", "label", "mark", "q", "s", "samp", "select", "small", "span",
        "strong", "sub", "sup", "time", "u", "var",
    };

    private static readonly HashSet<string> NeverNested = new(StringComparer.OrdinalIgnoreCase)
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "p", "li", "td", "th", "tr", "dt", "dd", "option", "tbody", "thead", "tfoot",
    };

    private readonly Dictionary<string, (string Rule, string Why, List<(string Path, string? Value)> Found)> _leftOut = new(StringComparer.Ordinal);
    private readonly NoiseProfile? _noise;

    private HtmlTree(NoiseProfile? noise) => _noise = noise is { IsEmpty: false } ? noise : null;

    public HtmlItem? Root { get; private set; }

    public string? DocumentType { get; private init; }

    /// <summary>
    /// Counts tags without building anything: the time that a parser needs for one more level grows with the level. Elements that close each other
    /// count for nothing.
    /// </summary>
    public static bool IsDeep(string html)
    {
        var depth = 0;
        for (var at = html.IndexOf('<', StringComparison.Ordinal); at >= 0 && at + 1 < html.Length; at = html.IndexOf('<', at + 1))
        {
            var closing = html[at + 1] == '/';
            var name = html.AsSpan(at + (closing ? 2 : 1));
            var length = name.IndexOfAnyExcept(Letters);
            name = length < 0 ? name : name[..length];
            if (name.IsEmpty || NeverNested.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name)) continue;
            depth = closing ? Math.Max(0, depth - 1) : depth + 1;
            if (depth > Deepest) return true;
        }

        return false;
    }

    public static HtmlTree Of(IHtmlDocument document, RuleBook book, NoiseProfile? noise)
    {
        var tree = new HtmlTree(noise) { DocumentType = document.Doctype is null ? null : document.Doctype.Name.ToLowerInvariant() };
        foreach (var (selector, rule) in book.ElementRules)
        {
            var name = rule.Attribute is null ? rule.Selector! : $"{rule.Selector}[{rule.Attribute}]";
            var found = new List<(string, string?)>();
            foreach (var element in document.All.Where(e => selector.Match(e, null)).ToArray())
            {
                var path = PathOf(element);
                if (rule.Attribute is null)
                {
                    found.Add((path, element.OuterHtml));
                    element.Remove();
                }
                else if (element.GetAttribute(rule.Attribute) is { } value)
                {
                    found.Add(($"{path}[{rule.Attribute}]", value));
                    element.RemoveAttribute(rule.Attribute);
                }
            }

            if (found.Count > 0) tree._leftOut[name] = (name, rule.Why, found);
        }

        tree.Root = document.DocumentElement is { } root ? tree.Read(root, root.LocalName, keepsSpace: false) : null;
        return tree;
    }

    /// <summary>Says what the rules left out, where the sides differed in it.</summary>
    public static void Explain(HtmlTree legacy, HtmlTree service, Findings findings)
    {
        foreach (var name in legacy._leftOut.Keys.Union(service._leftOut.Keys))
        {
            var (one, other) = (legacy._leftOut.GetValueOrDefault(name), service._leftOut.GetValueOrDefault(name));
            if ((one.Found ?? []).Select(static f => f.Value).SequenceEqual((other.Found ?? []).Select(static f => f.Value))) continue;
            var (left, right) = (one.Found?.FirstOrDefault(), other.Found?.FirstOrDefault());
            var path = left?.Path ?? right!.Value.Path;
            findings.LeaveOut(LeftOutBy.Ignored, name, one.Why ?? other.Why, new Difference(path, Findings.PatternOf(path), DifferenceKind.Value, left?.Value is { } l ? Excerpt.Of(l) : null, right?.Value is { } r ? Excerpt.Of(r) : null));
        }
    }

    private static System.Buffers.SearchValues<char> Letters { get; } = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    private HtmlItem Read(IElement element, string path, bool keepsSpace)
    {
        var attributes = element.Attributes.Length == 0 ? null : new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in element.Attributes) attributes![attribute.Name] = attribute.Value;
        var item = new HtmlItem(element.LocalName, path, attributes);
        keepsSpace |= element.LocalName is "pre" or "textarea" or "script" or "style";
        var place = 0;
        var named = element.ChildNodes.OfType<IElement>().CountBy(static c => c.LocalName).ToDictionary();
        foreach (var child in element.ChildNodes)
        {
            if (child is IElement inner) item.Children.Add(Read(inner, Step(path, inner, ++place, named[inner.LocalName]), keepsSpace));
            else if (child is IText text && Text(text, keepsSpace) is { Length: > 0 } shown) item.Children.Add(new HtmlItem("#text", item.Path) { Text = shown });
        }

        // What a template holds hangs beside the tree.
        if (element is IHtmlTemplateElement template)
        {
            foreach (var inner in template.Content.Children) item.Children.Add(Read(inner, $"{path} > {inner.LocalName}", keepsSpace));
        }

        foreach (var child in item.Children.Where(static c => c.Text is not null)) child.Seal(_noise);
        item.Seal(_noise);
        return item;
    }

    /// <summary>Runs of white space are one space, and none at the edges, where it is not shown: beside other text of the same line it is.</summary>
    private static string Text(IText node, bool keepsSpace)
    {
        if (keepsSpace) return node.Data.ReplaceLineEndings("\n");
        var text = new StringBuilder();
        foreach (var part in node.Data.Split([' ', '\t', '\r', '\n', '\f'], StringSplitOptions.RemoveEmptyEntries)) text.Append(text.Length > 0 ? " " : "").Append(part);
        if (text.Length == 0) return "";
        if (IsSpace(node.Data[0]) && IsInline(node.PreviousSibling)) text.Insert(0, ' ');
        if (IsSpace(node.Data[^1]) && IsInline(node.NextSibling)) text.Append(' ');
        return text.ToString();
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n' or '\f';

    private static bool IsInline(INode? node) => node is IElement element && Inline.Contains(element.LocalName);

    private static string PathOf(IElement element)
    {
        if (element.ParentElement is not { } parent) return element.LocalName;
        return Step(PathOf(parent), element, parent.Children.Index(element) + 1, parent.Children.Count(c => c.LocalName == element.LocalName));
    }

    /// <summary>An element among others of its name is told by its place.</summary>
    private static string Step(string parent, IElement element, int place, int alike) =>
        string.Create(CultureInfo.InvariantCulture, $"{parent} > {element.LocalName}{(alike > 1 ? $":nth-child({place})" : "")}");
}
