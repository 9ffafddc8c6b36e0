using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Strangler.Forwarding;

/// <summary>
/// Replaces an upstream's own address in answers by the address that the client used. Rarely needed, as upstreams are given the client's Host, but
/// some make their links from configuration.
/// </summary>
internal sealed class InsideNames(IReadOnlyList<Uri> addresses)
{
    private readonly string[] _authorities = addresses.Select(static address => address.Authority).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
    private readonly string[] _hosts = addresses.Select(static address => address.Host).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();

    public void Rewrite(HttpRequest request, IHeaderDictionary headers)
    {
        if (headers.Location.Count > 0) headers.Location = Links(request, headers.Location);
        if (headers.ContentLocation.Count > 0) headers.ContentLocation = Links(request, headers.ContentLocation);
        if (headers.Link.Count > 0) headers.Link = Links(request, headers.Link);
        if (headers.TryGetValue("Refresh", out var refresh)) headers["Refresh"] = Links(request, refresh);
        if (headers.SetCookie.Count > 0) headers.SetCookie = Cookies(request, headers.SetCookie);
    }

    private StringValues Links(HttpRequest request, StringValues values)
    {
        var host = request.Host.Value;
        if (string.IsNullOrEmpty(host)) return values;
        foreach (var authority in _authorities)
        {
            if (authority.Equals(host, StringComparison.OrdinalIgnoreCase) || !values.Any(value => value!.Contains(authority, StringComparison.OrdinalIgnoreCase))) continue;
            values = values.Select(value => Replace(Replace(Replace(value!, $"http://{authority}", $"{request.Scheme}://{host}"), $"https://{authority}", $"{request.Scheme}://{host}"), $"//{authority}", $"//{host}")).ToArray();
        }

        return values;
    }

    /// <summary>Replaces whole authorities only: <c>//shop:51</c> is not the beginning of <c>//shop:5100</c>, and a query that quotes an address is left alone.</summary>
    private static string Replace(string value, string inside, string outside)
    {
        var at = value.IndexOf(inside, StringComparison.OrdinalIgnoreCase);
        if (at < 0 || value.AsSpan(0, at).Contains('?')) return value;
        var end = at + inside.Length;
        if (end < value.Length && value[end] is not ('/' or '?' or '#' or '>' or '"' or '\'' or ' ')) return value;
        return string.Concat(value.AsSpan(0, at), outside, Replace(value[end..], inside, outside));
    }

    private StringValues Cookies(HttpRequest request, StringValues values)
    {
        if (!values.Any(static value => value!.Contains("domain=", StringComparison.OrdinalIgnoreCase))) return values;
        return values.Select(value => string.Join(';', value!.Split(';').Where(part => !NamesInside(request, part)))).ToArray();
    }

    private bool NamesInside(HttpRequest request, string attribute)
    {
        var text = attribute.AsSpan().Trim();
        if (!text.StartsWith("domain=", StringComparison.OrdinalIgnoreCase)) return false;
        var domain = text["domain=".Length..].TrimStart('.').ToString();
        return _hosts.Contains(domain, StringComparer.OrdinalIgnoreCase) && !domain.Equals(request.Host.Host, StringComparison.OrdinalIgnoreCase);
    }
}
