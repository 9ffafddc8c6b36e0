using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Catalog.Service.Web.Http;

/// <summary>Conditional requests: a tag from a version number where there is one, else from the answer's content.</summary>
internal static class EntityTag
{
    public static EntityTagHeaderValue OfVersion(int version) => new($"\"{version}\"");

    public static EntityTagHeaderValue OfContent<T>(T content)
    {
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, JsonSerializerOptions.Web));
        return new($"\"{Convert.ToHexStringLower(hash.AsSpan(0, 12))}\"");
    }

    /// <summary>200 with the tag, or 304 when the client has this very answer already.</summary>
    public static IResult Answer<T>(HttpContext context, EntityTagHeaderValue tag, T content)
    {
        ArgumentNullException.ThrowIfNull(context);
        var headers = context.Response.GetTypedHeaders();
        headers.ETag = tag;
        headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        var known = context.Request.GetTypedHeaders().IfNoneMatch;
        return known.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(tag!, useStrongComparison: false))
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Ok(content);
    }

    /// <summary>False when the request names a version other than the one that is stored.</summary>
    public static bool Allows(HttpContext context, int version)
    {
        ArgumentNullException.ThrowIfNull(context);
        var wanted = context.Request.GetTypedHeaders().IfMatch;
        return wanted.Count == 0
            || wanted.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(OfVersion(version), useStrongComparison: true));
    }

    public static bool IsConditional(HttpContext context) => context.Request.Headers.IfMatch.Count > 0;
}
