using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Strangler.Forwarding;

/// <summary>Appends who asked, by which scheme, for which host.</summary>
internal static class ForwardedHeaders
{
    public static void Append(HttpContext context, HttpRequestMessage request)
    {
        foreach (var (name, value) in Of(context))
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value.ToString());
        }
    }

    /// <summary>The headers as an upstream gets them, in place of those that came.</summary>
    public static IEnumerable<KeyValuePair<string, StringValues>> Of(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is { } address) yield return Appended(context, "X-Forwarded-For", address.ToString());
        yield return Appended(context, "X-Forwarded-Proto", context.Request.Scheme);
        if (context.Request.Host.HasValue) yield return Appended(context, "X-Forwarded-Host", context.Request.Host.Value);
    }

    private static KeyValuePair<string, StringValues> Appended(HttpContext context, string name, string value)
    {
        var came = context.Request.Headers[name];
        return new(name, StringValues.IsNullOrEmpty(came) ? value : $"{came}, {value}");
    }
}
