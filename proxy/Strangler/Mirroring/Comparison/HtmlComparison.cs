using AngleSharp.Html.Parser;

namespace Strangler.Mirroring.Comparison;

/// <summary>
/// Compares HTML by its tree, as browsers build it: the order of attributes, white space between elements, entities, quotes and comments do not
/// matter; elements, attributes and text do.
/// </summary>
internal sealed class HtmlComparison
{
    private static readonly HtmlParser Parser = new();
    private readonly Findings _findings;

    private HtmlComparison(Findings findings) => _findings = findings;

    /// <returns>False when a page is nested so deep that its tree is not built: then it is compared as text.</returns>
    public static bool TryCompare(string legacy, string service, RuleBook book, Findings findings)
    {
        if (HtmlTree.IsDeep(legacy) || HtmlTree.IsDeep(service))
        {
            findings.Note("A page is nested too deep for a tree and is compared as text.");
            return false;
        }

        using var left = Parser.ParseDocument(legacy);
        using var right = Parser.ParseDocument(service);
        var (one, other) = (HtmlTree.Of(left, book, findings.Noise), HtmlTree.Of(right, book, findings.Noise));
        HtmlTree.Explain(one, other, findings);
        if (one.DocumentType != other.DocumentType) findings.Add("doctype", DifferenceKind.Value, one.DocumentType, other.DocumentType);
        if (one.Root is not null && other.Root is not null && one.Root.Name == other.Root.Name) new HtmlComparison(findings).Walk(one.Root, other.Root);
        return true;
    }

    private void Walk(HtmlItem legacy, HtmlItem service)
    {
        if (legacy.Hash == service.Hash && _findings.Noise is not { IsEmpty: false }) return;
        if (legacy.Text is { } text && service.Text is { } other)
        {
            if (text == other) return;
            var (one, two) = Excerpt.Of(text, other);
            _findings.Add(legacy.Path, DifferenceKind.Value, one, two);
            return;
        }

        foreach (var name in legacy.Attributes.Keys.Union(service.Attributes.Keys))
        {
            var (one, two) = (legacy.Attributes.GetValueOrDefault(name), service.Attributes.GetValueOrDefault(name));
            if (one == two) continue;
            if (one is not null && two is not null) (one, two) = Excerpt.Of(one, two);
            _findings.Add($"{legacy.Path}[{name}]", one is null ? DifferenceKind.Added : two is null ? DifferenceKind.Missing : DifferenceKind.Value, one, two);
        }

        Children(legacy, service);
    }

    private void Children(HtmlItem legacy, HtmlItem service)
    {
        var (left, right) = (legacy.Children, service.Children);
        if (Alignment.Of(left.Count, right.Count, (i, j) => left[i].Hash == right[j].Hash) is not { } pairs)
        {
            _findings.Add(legacy.Path, DifferenceKind.Order, Excerpt.Of(string.Join(" ", left.Select(static c => c.Show()))), Excerpt.Of(string.Join(" ", right.Select(static c => c.Show()))));
            return;
        }

        foreach (var (i, j) in pairs)
        {
            if (i < 0) _findings.Add(right[j].Path, DifferenceKind.Added, null, right[j].Show());
            else if (j < 0) _findings.Add(left[i].Path, DifferenceKind.Missing, left[i].Show(), null);
            else if (left[i].Name == right[j].Name) Walk(left[i], right[j]);
            else _findings.Add(left[i].Path, DifferenceKind.Type, left[i].Show(), right[j].Show());
        }

        if (pairs.Count > 0 || _findings.Noise is not { IsEmpty: false }) return;
        for (var i = 0; i < left.Count; i++) Walk(left[i], right[i]);
    }
}
