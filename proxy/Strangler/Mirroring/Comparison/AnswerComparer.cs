using Strangler.Plan;

namespace Strangler.Mirroring.Comparison;

/// <summary>
/// Compares the answers of the two sides. Pure. Status first, as little of the rest can be alike when one side answers and the other refuses;
/// then the headers by list; then the body by its kind: JSON by path, HTML by tree, other text by line, everything else by its bytes.
/// </summary>
internal static class AnswerComparer
{
    /// <summary>A longer unpacked body is not compared: a small one may be packed from gigabytes.</summary>
    public const int LargestUnpacked = 2 * 1024 * 1024;

    /// <summary>A larger page is compared as text: its tree would take some fifty times its size.</summary>
    private const int LargestTree = 128 * 1024;

    /// <param name="legacy">The legacy's answer.</param>
    /// <param name="service">The service's answer.</param>
    /// <param name="rules">In what they may differ.</param>
    /// <param name="noise">In what a side has been seen to differ from itself; null: in nothing.</param>
    public static AnswerComparison Compare(MirrorAnswer legacy, MirrorAnswer service, CompareRules rules, NoiseProfile? noise = null)
    {
        var book = RuleBook.Of(rules);
        var findings = new Findings(noise);
        if (legacy.Status != service.Status) Statuses.Compare(legacy.Status, service.Status, book, findings);
        // A page and a problem have nothing to do with each other: that they differ is said once.
        if (legacy.Status / 100 != service.Status / 100) return findings.Result();
        HeaderComparison.Compare(legacy, service, book, findings);
        return Bodies(legacy, service, book, findings) ? findings.Result() : findings.Result() with { IsTooLarge = true };
    }

    /// <returns>False when a body is too large to be compared.</returns>
    private static bool Bodies(MirrorAnswer legacy, MirrorAnswer service, RuleBook book, Findings findings)
    {
        if (legacy.ContentEncoding.AsSpan().Equals(service.ContentEncoding, StringComparison.OrdinalIgnoreCase) && legacy.Body.Span.SequenceEqual(service.Body.Span)
            && string.Equals(legacy.ContentType, service.ContentType, StringComparison.OrdinalIgnoreCase)) return true;
        if (Body.Unpack(legacy, findings) is not { } left || Body.Unpack(service, findings) is not { } right) return false;
        if (left.IsEmpty || right.IsEmpty)
        {
            if (left.IsEmpty != right.IsEmpty)
                findings.Add("body", left.IsEmpty ? DifferenceKind.Added : DifferenceKind.Missing, left.IsEmpty ? null : left.Describe(book), right.IsEmpty ? null : right.Describe(book));
            return true;
        }

        if (left.Kind == BodyKind.Json && right.Kind == BodyKind.Json && JsonComparison.TryCompare(left, right, book, findings)) return true;
        var (one, other) = (left.Text, right.Text);
        if (one is null || other is null)
        {
            if (!left.Bytes.Span.SequenceEqual(right.Bytes.Span)) findings.Add("body", (one is null) == (other is null) ? DifferenceKind.Value : DifferenceKind.Type, left.Describe(book), right.Describe(book));
            return true;
        }

        (one, other) = book.WithoutPatterns(one, other, findings);
        if (string.Equals(one, other, StringComparison.Ordinal)) return true;
        if (left.Kind == BodyKind.Html && right.Kind == BodyKind.Html)
        {
            if (Math.Max(one.Length, other.Length) > LargestTree) findings.Note($"A page has more than {LargestTree} characters and is compared as text.");
            else if (HtmlComparison.TryCompare(one, other, book, findings)) return true;
        }

        // What is to be redacted is named by JSON paths, and can only be found where the JSON can be read.
        TextComparison.Compare(one, other, findings, hidden: book.RedactsPaths && (left.Kind == BodyKind.Json || right.Kind == BodyKind.Json));
        return true;
    }
}
