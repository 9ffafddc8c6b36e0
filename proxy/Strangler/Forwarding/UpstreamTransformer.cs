using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Strangler.Decision;
using Strangler.Mirroring.DryRuns;
using Strangler.Plan;
using Strangler.Stages;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.SessionAffinity;

namespace Strangler.Forwarding;

/// <summary>One transformer per upstream.</summary>
internal sealed class UpstreamTransformers(PlanStore plans, OwnWrites ownWrites, IEnumerable<ISessionAffinityPolicy> policies)
{
    private readonly Dictionary<string, ISessionAffinityPolicy> _policies = policies.ToDictionary(static policy => policy.Name, StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<Upstream, HttpTransformer> _transformers = new();

    public HttpTransformer For(Upstream upstream) => _transformers.GetOrAdd(upstream, key => new UpstreamTransformer(key, plans, ownWrites, _policies));
}

/// <summary>What changes on the way to an upstream and back: nothing but what names the inside, and what the sides and the proxy say to each other.</summary>
internal sealed class UpstreamTransformer(
    Upstream upstream, PlanStore plans, OwnWrites ownWrites, IReadOnlyDictionary<string, ISessionAffinityPolicy> policies) : HttpTransformer
{
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private readonly InsideNames _inside = new(upstream.Addresses);

    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        // Without a content, the handler sends a request again by itself when a connection in use ends unanswered. It writes the header anyway.
        if (httpContext.Request.ContentLength is null && !MayBeRepeated(httpContext.Request) && !BodyOf.MayExist(httpContext)) httpContext.Request.ContentLength = 0;
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var headers = httpContext.Request.Headers;
        if (InternalHeader.AnyIn(proxyRequest.Headers))
        {
            foreach (var name in headers.Keys.Where(InternalHeader.Is)) proxyRequest.Headers.Remove(name);
        }

        // YARP takes this one for hop-by-hop, which it is not.
        if (headers.UpgradeInsecureRequests.Count > 0) proxyRequest.Headers.TryAddWithoutValidation(HeaderNames.UpgradeInsecureRequests, (IEnumerable<string?>)headers.UpgradeInsecureRequests);
        if (headers.Cookie.Count > 0) StripCookies(headers.Cookie, proxyRequest);
        if (plans.Current.AppendForwardedHeaders) ForwardedHeaders.Append(httpContext, proxyRequest);
        var target = httpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        proxyRequest.RequestUri = UriFor(destinationPrefix, target);
        httpContext.Features.Get<WriteTap>()?.Sending(proxyRequest, upstream.Side);
    }

    private static bool MayBeRepeated(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method) || HttpMethods.IsTrace(request.Method) || HeldForwarding.IsIdempotent(request);

    /// <summary>The target below an upstream's address, byte for byte as the client wrote it.</summary>
    public static Uri UriFor(string prefix, string target)
    {
        var path = RawTarget.PathAndQuery(target);
        // The absolute form may leave the first slash out, and the upstream's authority must not run into what follows.
        return new Uri(string.Concat(prefix.AsSpan().TrimEnd('/'), path[0] == '/' ? "" : "/", path), AsItIs);
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null) return false;
        if (Refusal.Of(httpContext, proxyResponse, upstream.Side) is { } refusal)
        {
            httpContext.Features.Set(refusal);
            return false;
        }

        await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        var headers = httpContext.Response.Headers;
        httpContext.Features.Get<WriteTap>()?.Answering(headers[InternalHeader.Changes]);
        if (InternalHeader.AnyIn(proxyResponse.Headers))
        {
            var positions = headers[InternalHeader.Position];
            foreach (var name in headers.Keys.Where(InternalHeader.Is).ToArray()) headers.Remove(name);
            if (positions.Count > 0) ownWrites.Remember(httpContext, positions);
        }

        if (upstream.Side == Side.Service) KeepAtInstance(httpContext);
        _inside.Rewrite(httpContext.Request, headers);
        TrailingBody.Attach(httpContext, proxyResponse);
        return true;
    }

    public override async ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        if (TrailingBody.Of(httpContext) is { } body)
        {
            await body.CompleteAsync(proxyResponse, cancellationToken);
            return;
        }

        await base.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
        if (!InternalHeader.AnyIn(proxyResponse.TrailingHeaders) || httpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is not { Count: > 0, IsReadOnly: false } trailers) return;
        foreach (var name in trailers.Keys.Where(InternalHeader.Is).ToArray()) trailers.Remove(name);
    }

    /// <summary>Tells the client which instance answered. YARP does this in a transform of its own, which is not part of this transformer.</summary>
    private void KeepAtInstance(HttpContext context)
    {
        var proxied = context.GetReverseProxyFeature();
        if (proxied.Cluster.Config.SessionAffinity is not { Enabled: true, Policy: { } name } affinity) return;
        if (proxied is { ProxiedDestination: { } destination, Route.Cluster: { } cluster } && policies.TryGetValue(name, out var policy))
            policy.AffinitizeResponse(context, cluster, affinity, destination);
    }

    private static void StripCookies(StringValues cookies, HttpRequestMessage request)
    {
        if (!cookies.Any(static value => value!.Contains(ProxyCookie.Prefix, StringComparison.Ordinal))) return;
        request.Headers.Remove(HeaderNames.Cookie);
        foreach (var value in cookies)
        {
            if (ProxyCookie.Strip(value!) is { Length: > 0 } kept) request.Headers.TryAddWithoutValidation(HeaderNames.Cookie, kept);
        }
    }
}
