using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Legacy.Web.Http;

/// <summary>The one static file, kept in the assembly so that it is there however the program is started.</summary>
public static class Stylesheet
{
    private static readonly byte[] _css = Read();
    private static readonly EntityTagHeaderValue _tag = new($"\"{Convert.ToHexStringLower(SHA256.HashData(_css).AsSpan(0, 12))}\"");

    public static void MapStylesheet(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/site.css", () => Results.Bytes(_css, "text/css; charset=utf-8", entityTag: _tag)).ExcludeFromDescription();

    private static byte[] Read()
    {
        using var stream = typeof(Stylesheet).Assembly.GetManifestResourceStream("site.css")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
