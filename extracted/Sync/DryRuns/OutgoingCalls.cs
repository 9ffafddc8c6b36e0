using Microsoft.AspNetCore.Http;

namespace Sync.DryRuns;

/// <summary>Stands in every client of the host's <see cref="IHttpClientFactory"/>: what a dry run would ask of others cannot be taken back. Reads go through.</summary>
internal sealed class OutgoingCalls(IHttpContextAccessor http) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Check(request);
        return base.SendAsync(request, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Check(request);
        return base.Send(request, cancellationToken);
    }

    private void Check(HttpRequestMessage request)
    {
        if (http.HttpContext?.Features.Get<DryRun>() is not { } run) return;
        var method = request.Method;
        if (method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options || method == HttpMethod.Trace) return;
        throw run.Refused($"it calls another service ({method} {request.RequestUri?.GetLeftPart(UriPartial.Authority)})");
    }
}
