using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Strangler.Plan;

namespace Strangler.Decision;

/// <summary>
/// The canary bucket of a client. What names the client, in this order: what the plan names, the proxy's own signed cookie, the credential, the remote
/// address. A browser that has none of the first three is given the cookie, as many browsers share one address.
/// </summary>
internal sealed class ClientBucket(CookieSigner signer)
{
    public const string Cookie = "strangler-client";

    public int Of(HttpContext context, ClientIdentity? identity)
    {
        var request = context.Request;
        if (identity is not null && Named(context, identity) is { Length: > 0 } named) return Bucket(named);

        if (request.Cookies.TryGetValue(Cookie, out var own) && signer.Read(Cookie, own) is { } client) return Bucket(client);
        if (request.Headers.Authorization.ToString() is { Length: > 0 } credential) return Bucket(credential);
        if (!IsBrowser(request)) return Bucket(context.Connection.RemoteIpAddress?.ToString() ?? "");
        var fresh = RandomNumberGenerator.GetHexString(16, lowercase: true);
        context.Response.OnStarting(static state =>
        {
            var (response, value) = ((HttpResponse, string))state;
            response.Cookies.Append(Cookie, value, ProxyCookie.Options(response.HttpContext, TimeSpan.FromDays(30)));
            return Task.CompletedTask;
        }, (context.Response, signer.Sign(Cookie, fresh)));
        return Bucket(fresh);
    }

    public static bool IsBrowser(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static string? Named(HttpContext context, ClientIdentity identity) => identity switch
    {
        { Cookie: { } cookie } => context.Request.Cookies[cookie],
        { Header: { } header } => context.Request.Headers[header].ToString(),
        { By: ClientKey.User } => context.Request.Headers.Authorization.ToString(),
        _ => context.Connection.RemoteIpAddress?.ToString(),
    };

    private static int Bucket(string key) => (int)(StableHash.Of(key) % EndpointDecision.Buckets);
}

/// <summary>How the proxy's own cookies are set: invisible to scripts, everywhere on the site, and never sent upstream.</summary>
internal static class ProxyCookie
{
    public const string Prefix = "strangler-";

    public static CookieOptions Options(HttpContext context, TimeSpan age) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = age,
    };

    /// <summary>The Cookie header without the proxy's own cookies; the very same text when there are none.</summary>
    public static string Strip(string header)
    {
        if (!header.Contains(Prefix, StringComparison.Ordinal)) return header;
        return string.Join("; ", header.Split(';', StringSplitOptions.TrimEntries).Where(static cookie => !cookie.StartsWith(Prefix, StringComparison.Ordinal)));
    }

}
