using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Strangler.Forwarding;
using Strangler.Mirroring;
using Strangler.Mirroring.Comparison;
using Strangler.Mirroring.DryRuns;
using Strangler.Plan;
using Strangler.Stages;
using Yarp.ReverseProxy.Forwarder;

namespace Strangler.Corpus;

/// <summary>
/// Listens in on a module's requests while somebody records them. Costs one look-up for each planned request while nobody does. What the listener does not take off in
/// time is dropped and counted: no client waits for it.
/// </summary>
internal sealed class Recorder(MirrorQueue mirrored, TimeProvider time)
{
    private const int Waiting = 256;
    private readonly ConcurrentDictionary<string, Recording> _recordings = new(StringComparer.Ordinal);

    /// <summary>Begins to record a module.</summary>
    /// <exception cref="StageRequestException">It is being recorded already.</exception>
    public Recording Begin(string module)
    {
        var recording = new Recording(Channel.CreateBounded<Exchange>(Waiting), ended => _recordings.TryRemove(new(module, ended)));
        return _recordings.TryAdd(module, recording) ? recording : throw new StageRequestException($"'{module}' is being recorded already by this proxy. Wait until that has ended.");
    }

    public Recording? Of(string module) => _recordings.TryGetValue(module, out var recording) ? recording : null;

    /// <summary>Forwards a request and keeps what was asked and answered.</summary>
    public async Task ListenAsync(Recording recording, HttpContext context, PlannedRoute route, PlanLimits limits, Func<Task> forward)
    {
        if (BodyOf.IsUpgrade(context))
        {
            await forward();
            return;
        }

        var (requestBody, responseBody) = (context.Request.Body, context.Response.Body);
        var request = BodyOf.MayExist(context) ? new BoundedCopy(limits.MirrorBody, mirrored.Bodies) : null;
        var response = new BoundedCopy(limits.MirrorBody, mirrored.Bodies);
        if (request is not null) context.Request.Body = new CapturedBody(requestBody, context.Request.ContentLength, request, static _ => { });
        context.Response.Body = new CapturingStream(responseBody, response);
        try
        {
            await forward();
            Keep(recording, context, route, request, response);
        }
        finally
        {
            (context.Request.Body, context.Response.Body) = (requestBody, responseBody);
            request?.Drop();
            response.Drop();
        }
    }

    private void Keep(Recording recording, HttpContext context, PlannedRoute route, BoundedCopy? request, BoundedCopy response)
    {
        // Only what a side has answered, and not what the proxy says for it.
        if (context.RequestAborted.IsCancellationRequested || context.GetReverseProxyFeature().ProxiedDestination is null
            || context.Features.Get<IForwarderErrorFeature>() is not null || context.Features.Get<Refusal>() is not null) return;
        // Trailers have framed the body by hand: what was copied is not the body.
        if (request is { Overflowed: true } or { Crowded: true } || response.Overflowed || response.Crowded || context.Response.Headers.Trailer.Count > 0)
        {
            recording.Drop();
            return;
        }

        // Both are read at once: the copies' room in the budget is given back when this returns.
        var answer = MirrorTap.AnswerOf(context, route, response.Written);
        var exchange = ExchangeRedaction.Of(
            route.Endpoint.Id, time.GetUtcNow(), SideOf(context), context.Request.Method, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            [.. context.Request.Headers.Where(static header => MirrorSender.Travels(header.Key))], request?.Written, answer, RuleBook.Of(route.Module.RulesOf(route.Endpoint)));
        if (exchange is null || !recording.TryAdd(exchange)) recording.Drop();
    }

    private static string SideOf(HttpContext context) =>
        (context.GetReverseProxyFeature().Cluster.Config.ClusterId == Upstream.LegacyCluster ? Side.Legacy : Side.Service).ToString();
}

/// <summary>One module that is being recorded. Ends when it is disposed of.</summary>
internal sealed class Recording(Channel<Exchange> exchanges, Action<Recording> end) : IDisposable
{
    private long _dropped;

    /// <summary>Exchanges that were not kept: too large, not readable where the plan redacts, or more than the listener took off.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    public void Drop() => Interlocked.Increment(ref _dropped);

    public bool TryAdd(Exchange exchange) => exchanges.Writer.TryWrite(exchange);

    public IAsyncEnumerable<Exchange> ReadAllAsync(CancellationToken cancellation) => exchanges.Reader.ReadAllAsync(cancellation);

    public void Dispose() => end(this);
}
