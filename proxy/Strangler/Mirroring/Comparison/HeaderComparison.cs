using Microsoft.Net.Http.Headers;

namespace Strangler.Mirroring.Comparison;

/// <summary>
/// Compares headers by list: what clients, caches and browsers act upon. Left alone is what belongs to a connection, a moment or a server (Date, Server,
/// Content-Length, Transfer-Encoding, Content-Encoding), which an honest copy of the application may change.
/// </summary>
internal static class HeaderComparison
{
    /// <summary>Compared unless the plan omits them.</summary>
    public static readonly string[] Usual =
    [
        "Content-Type", "Content-Language", "Content-Disposition", "Content-Location", "Location", "Refresh", "Link", "Set-Cookie",
        "ETag", "Last-Modified", "Cache-Control", "Vary", "Allow", "Retry-After", "WWW-Authenticate",
        "Content-Security-Policy", "Strict-Transport-Security", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy",
        "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers",
        "X-Total-Count",
    ];

    public static void Compare(MirrorAnswer legacy, MirrorAnswer service, RuleBook book, Findings findings)
    {
        foreach (var name in book.Headers)
        {
            var (one, other) = (legacy.HeaderOf(name), service.HeaderOf(name));
            if (one.Count == 0 && other.Count == 0) continue;
            if (book.Omitted.TryGetValue(name, out var why)) Omit(name, why, one.ToString(), other.ToString(), book, findings);
            else if (name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase)) SetCookies.Compare(one, legacy.Origins, other, service.Origins, book, findings);
            else if (name.Equals("Link", StringComparison.OrdinalIgnoreCase)) Links.Compare(one, legacy.Origins, other, service.Origins, book, findings);
            else Values($"header {name}", Plain(name, string.Join(", ", one!), one.Count, legacy), Plain(name, string.Join(", ", other!), other.Count, service), book, findings);
        }
    }

    /// <summary>Notes a difference at a place that has one value or none.</summary>
    public static void Values(string place, string? legacy, string? service, RuleBook book, Findings findings)
    {
        if (legacy == service) return;
        var kind = legacy is null ? DifferenceKind.Added : service is null ? DifferenceKind.Missing : DifferenceKind.Value;
        var hidden = place.StartsWith("header ", StringComparison.Ordinal) && book.Hides(place[7..]);
        var (one, other) = hidden ? (legacy is null ? null : Redaction.Text, service is null ? null : Redaction.Text)
            : (legacy is null ? null : Excerpt.Of(legacy), service is null ? null : Excerpt.Of(service));
        var difference = new Difference(place, place, kind, one, other);
        if (book.IntendedAt(place, legacy, service) is { } intended) findings.LeaveOut(LeftOutBy.Intended, intended.Path, intended.Why, difference);
        else findings.Add(difference);
    }

    private static void Omit(string name, string why, string legacy, string service, RuleBook book, Findings findings)
    {
        if (legacy == service) return;
        var place = $"header {name}";
        var hidden = book.Hides(name);
        findings.LeaveOut(LeftOutBy.Ignored, place, why, new Difference(place, place, DifferenceKind.Value, hidden ? Redaction.Text : Excerpt.Of(legacy), hidden ? Redaction.Text : Excerpt.Of(service)));
    }

    /// <summary>A value in one spelling; null when the header is not there.</summary>
    private static string? Plain(string name, string value, int count, MirrorAnswer answer)
    {
        if (count == 0) return null;
        return name.ToUpperInvariant() switch
        {
            "CONTENT-TYPE" => MediaType(value),
            "LOCATION" or "CONTENT-LOCATION" or "REFRESH" => answer.WithoutOrigin(value),
            // The tag itself is each side's own business; whether a client gets one it can rely on is not.
            "ETAG" => value.StartsWith("W/", StringComparison.Ordinal) ? "a weak tag" : "a strong tag",
            "LAST-MODIFIED" or "RETRY-AFTER" => "there",
            "VARY" or "ALLOW" or "CACHE-CONTROL" or "ACCESS-CONTROL-ALLOW-METHODS" or "ACCESS-CONTROL-ALLOW-HEADERS" or "ACCESS-CONTROL-EXPOSE-HEADERS" =>
                string.Join(", ", value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static v => v.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal)),
            _ => value.Trim(),
        };
    }

    private static string MediaType(string value)
    {
        if (!MediaTypeHeaderValue.TryParse(value, out var type)) return value.Trim();
        var parameters = type.Parameters
            // A boundary is made anew for each body.
            .Where(static p => !p.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase))
            .Select(static p => $"{p.Name.Value!.ToLowerInvariant()}={(p.Name.Equals("charset", StringComparison.OrdinalIgnoreCase) ? HeaderUtilities.RemoveQuotes(p.Value).Value!.ToLowerInvariant() : HeaderUtilities.RemoveQuotes(p.Value).Value)}")
            .Order(StringComparer.Ordinal);
        return string.Join("; ", [type.MediaType.Value!.ToLowerInvariant(), .. parameters]);
    }
}
