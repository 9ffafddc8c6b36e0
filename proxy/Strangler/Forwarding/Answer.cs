using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Strangler.Forwarding;

/// <summary>The proxy's own answers: small problem details that name nothing of the inside.</summary>
internal static class Answer
{
    public static Task WriteAsync(HttpContext context, int status, int? retryAfterSeconds = null)
    {
        var response = context.Response;
        if (response.HasStarted) return Task.CompletedTask;
        Reset(context);
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        if (retryAfterSeconds is { } seconds) response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var body = Encoding.UTF8.GetBytes($$"""{"type":"about:blank","title":"{{ReasonPhrases.GetReasonPhrase(status)}}","status":{{status}}}""");
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body).AsTask();
    }

    /// <summary>Makes the response as it was before an attempt, so that another may follow.</summary>
    public static void Reset(HttpContext context)
    {
        context.Response.Clear();
        if (context.Features.Get<IHttpResponseFeature>() is { } feature) feature.ReasonPhrase = null;
    }
}
