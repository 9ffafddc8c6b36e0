using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Strangler.Admin;

/// <summary>The operator's page. It holds nothing secret: it asks for the key once and reads everything from the admin API.</summary>
internal static class Dashboard
{
    private static readonly byte[] Html = Read();

    public static IResult Page(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        return Results.Bytes(Html, "text/html; charset=utf-8");
    }

    private static byte[] Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Strangler.Admin.Dashboard.html")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
