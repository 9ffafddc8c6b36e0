using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Strangler.Forwarding;

/// <summary>Appends who asked, by which scheme, for which host.</summary>
internal static class ForwardedHeaders
{
    public static void Append(HttpContext context, HttpRequestMessage request)
    {
        Append(context, request, "X-Forwarded-For", context.Connection.RemoteIpAddress?.ToString());
        Append(context, request, "X-Forwarded-Proto", context.Request.Scheme);
        Append(context, request, "X-Forwarded-Host", context.Request.Host.Value);
    }

    private static void Append(HttpContext context, HttpRequestMessage request, string name, string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        var came = context.Request.Headers[name];
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, StringValues.IsNullOrEmpty(came) ? value : $"{came}, {value}");
    }
}
