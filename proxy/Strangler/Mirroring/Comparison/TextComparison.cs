namespace Strangler.Mirroring.Comparison;

/// <summary>Compares text line by line.</summary>
internal static class TextComparison
{
    /// <summary>Compares two texts; with <paramref name="hidden"/> their values are not kept.</summary>
    public static void Compare(string legacy, string service, Findings findings, bool hidden)
    {
        var (left, right) = (legacy.Split('\n'), service.Split('\n'));
        if (left.Length == 1 && right.Length == 1)
        {
            Add(findings, "body", DifferenceKind.Value, legacy, service, hidden);
            return;
        }

        if (Alignment.Of(left.Length, right.Length, (i, j) => left[i] == right[j]) is not { } pairs)
        {
            Add(findings, "lines", DifferenceKind.Order, legacy, service, hidden);
            return;
        }

        foreach (var (i, j) in pairs)
        {
            if (i >= 0 && j >= 0 && left[i] == right[j]) continue;
            Add(findings, $"line {(i < 0 ? j : i) + 1}", i < 0 ? DifferenceKind.Added : j < 0 ? DifferenceKind.Missing : DifferenceKind.Value, i < 0 ? null : left[i], j < 0 ? null : right[j], hidden);
        }
    }

    private static void Add(Findings findings, string path, DifferenceKind kind, string? legacy, string? service, bool hidden)
    {
        var (one, other) = hidden ? (legacy is null ? null : Redaction.Text, service is null ? null : Redaction.Text)
            : legacy is not null && service is not null ? Excerpt.Of(legacy, service) : (legacy is null ? null : Excerpt.Of(legacy), service is null ? null : Excerpt.Of(service));
        findings.Add(path, kind, one, other);
    }
}
