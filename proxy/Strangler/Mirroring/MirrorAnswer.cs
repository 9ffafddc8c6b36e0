using Microsoft.Extensions.Primitives;

namespace Strangler.Mirroring;

/// <summary>An answer as far as it is compared.</summary>
/// <param name="Status">The status.</param>
/// <param name="ContentType">The header Content-Type; null without one.</param>
/// <param name="ContentEncoding">The header Content-Encoding.</param>
/// <param name="Body">The body as it came.</param>
internal sealed record MirrorAnswer(int Status, string? ContentType, string? ContentEncoding, ReadOnlyMemory<byte> Body)
{
    /// <summary>The other headers.</summary>
    public IReadOnlyList<KeyValuePair<string, StringValues>> Headers { get; init; } = [];

    /// <summary>What stands for the site itself in links of this answer, as <c>http://shop.example</c>: how the client calls it, and how the proxy does.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    public static MirrorAnswer Of(int status, IReadOnlyList<KeyValuePair<string, StringValues>> headers, ReadOnlyMemory<byte> body, IReadOnlyList<string> origins)
    {
        var (type, encoding) = (Find(headers, "Content-Type"), Find(headers, "Content-Encoding"));
        return new MirrorAnswer(status, type.Count == 0 ? null : type[0], encoding.Count == 0 ? null : string.Join(',', encoding!), body) { Headers = headers, Origins = origins };
    }

    /// <summary>The values of a header; none when it is not there.</summary>
    public StringValues HeaderOf(string name) => name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)
        ? string.IsNullOrEmpty(ContentType) ? StringValues.Empty : ContentType
        : Find(Headers, name);

    /// <summary>True for the very same answer, so that what was found about the one holds for the other.</summary>
    public bool IsSameAs(MirrorAnswer other) => Status == other.Status && Body.Span.SequenceEqual(other.Body.Span) && Headers.SequenceEqual(other.Headers);

    /// <summary>A link without the site's own name: with or without it, it leads to the same place.</summary>
    public string WithoutOrigin(string link) => WithoutOrigin(link, Origins);

    /// <summary>A link without any of the given names of the site.</summary>
    public static string WithoutOrigin(string link, IReadOnlyList<string> origins)
    {
        foreach (var origin in origins)
        {
            var at = link.IndexOf(origin, StringComparison.OrdinalIgnoreCase);
            // A query that quotes an address is left alone; so is //shop:51 as the beginning of //shop:5100.
            if (at < 0 || link.AsSpan(0, at).Contains('?')) continue;
            var end = at + origin.Length;
            if (end == link.Length || link[end] is '?' or '#') return $"{link[..at]}/{link[end..]}";
            if (link[end] == '/') return string.Concat(link.AsSpan(0, at), link.AsSpan(end));
        }

        return link;
    }

    private static StringValues Find(IReadOnlyList<KeyValuePair<string, StringValues>> headers, string name)
    {
        var values = StringValues.Empty;
        foreach (var header in headers)
        {
            if (header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)) values = StringValues.Concat(values, header.Value);
        }

        return values;
    }
}
