using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Strangler.Mirroring.Comparison;

/// <summary>Compares the cookies that two answers set: their names and attributes. Values are credentials, and each side's own.</summary>
internal static class SetCookies
{
    public static void Compare(StringValues legacy, IReadOnlyList<string> origins, StringValues service, IReadOnlyList<string> originsToo, RuleBook book, Findings findings)
    {
        var (one, other) = (Of(legacy, origins), Of(service, originsToo));
        foreach (var name in one.Keys.Union(other.Keys).Order(StringComparer.Ordinal))
        {
            var place = $"header Set-Cookie[{name}]";
            if (!one.TryGetValue(name, out var left) || !other.TryGetValue(name, out var right))
            {
                HeaderComparison.Values(place, one.ContainsKey(name) ? "set" : null, other.ContainsKey(name) ? "set" : null, book, findings);
                continue;
            }

            foreach (var attribute in left.Keys.Union(right.Keys).Order(StringComparer.Ordinal))
                HeaderComparison.Values($"{place}; {attribute}", left.GetValueOrDefault(attribute), right.GetValueOrDefault(attribute), book, findings);
        }
    }

    private static Dictionary<string, Dictionary<string, string>> Of(StringValues headers, IReadOnlyList<string> origins)
    {
        var cookies = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        foreach (var header in headers)
        {
            // A later one with the same name replaces the earlier one in a browser, too.
            if (SetCookieHeaderValue.TryParse(header, out var cookie)) cookies[cookie.Name.Value!] = Attributes(cookie, origins);
        }

        return cookies;
    }

    private static Dictionary<string, string> Attributes(SetCookieHeaderValue cookie, IReadOnlyList<string> origins)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["Lifetime"] = Lifetime(cookie) };
        if (cookie.Path.HasValue) attributes["Path"] = cookie.Path.Value!;
        if (cookie.Domain.HasValue && !origins.Any(o => Uri.TryCreate(o, UriKind.Absolute, out var uri) && uri.Host.Equals(cookie.Domain.Value!.TrimStart('.'), StringComparison.OrdinalIgnoreCase)))
            attributes["Domain"] = cookie.Domain.Value!.TrimStart('.').ToLowerInvariant();
        if (cookie.Secure) attributes["Secure"] = "set";
        if (cookie.HttpOnly) attributes["HttpOnly"] = "set";
        if (cookie.SameSite != SameSiteMode.Unspecified) attributes["SameSite"] = cookie.SameSite.ToString();
        foreach (var extension in cookie.Extensions) attributes[extension.Value!] = "set";
        return attributes;
    }

    /// <summary>An expiry is a moment; what matters is whether the cookie is kept, and for how long where it says so.</summary>
    private static string Lifetime(SetCookieHeaderValue cookie) => cookie switch
    {
        { MaxAge: { } age } => age > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $"{age.TotalSeconds:0} s") : "deleted",
        { Expires: { } expires } => expires > DateTimeOffset.UnixEpoch.AddDays(1) ? "until a moment" : "deleted",
        _ => "session",
    };
}
