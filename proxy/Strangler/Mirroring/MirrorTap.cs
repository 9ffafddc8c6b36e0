using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Strangler.Decision;
using Strangler.Evidence;
using Strangler.Forwarding;
using Strangler.Plan;
using Strangler.Stages;

namespace Strangler.Mirroring;

/// <summary>Decides which reads are mirrored and listens in on their answers.</summary>
internal sealed class MirrorTap(MirrorQueue queue, PlanStore plans, EvidenceLedger ledger, StranglerTelemetry telemetry, TimeProvider time)
{
    public Tap Open(HttpContext context, PlannedRoute route, ModuleState state, Stage stage, Side answeredBy, PlanLimits limits)
    {
        var wanted = state.Stage != Stage.Retired && stage switch
        {
            Stage.Shadow or Stage.Canary => true,
            Stage.Extracted => limits.ExtractedSample > 0 && Random.Shared.NextDouble() < limits.ExtractedSample,
            _ => false,
        };
        if (!wanted || BodyOf.IsUpgrade(context) || BodyOf.MayExist(context)) return Tap.None;
        if (!queue.Sheds) return new Tap(this, context, route, answeredBy, limits);
        Count(route, ComparisonClass.Shed);
        return Tap.None;
    }

    private void Count(PlannedRoute route, ComparisonClass outcome)
    {
        ledger.Count(route.Endpoint.Id, outcome);
        telemetry.Compared(route.Endpoint.Id, outcome);
    }

    /// <summary>One answer that is listened to.</summary>
    internal sealed class Tap : IAsyncDisposable
    {
        private readonly MirrorTap? _owner;
        private readonly HttpContext? _context;
        private readonly PlannedRoute? _route;
        private readonly Side _answeredBy;
        private readonly PlanLimits? _limits;
        private readonly Stream? _body;
        private readonly BoundedCopy? _capture;
        private bool _discarded;

        public Tap(MirrorTap owner, HttpContext context, PlannedRoute route, Side answeredBy, PlanLimits limits)
        {
            (_owner, _context, _route, _answeredBy, _limits) = (owner, context, route, answeredBy, limits);
            _body = context.Response.Body;
            _capture = new BoundedCopy(limits.MirrorBody, owner.Bodies);
            context.Response.Body = new CapturingStream(_body, _capture);
        }

        private Tap()
        {
        }

        public static Tap None { get; } = new();

        /// <summary>The answer is not the one that the side gave, so it proves nothing.</summary>
        public void Discard() => _discarded = true;

        /// <summary>The answer has been passed on: queues the question to the other side.</summary>
        public void Complete()
        {
            if (_owner is null || _discarded || _context!.RequestAborted.IsCancellationRequested) return;
            if (_capture!.Overflowed)
            {
                _owner.Count(_route!, ComparisonClass.TooLarge);
                return;
            }

            if (_capture.Crowded)
            {
                _owner.Count(_route!, ComparisonClass.Shed);
                return;
            }

            var job = new MirrorJob(
                _route!, _answeredBy, _context.Request.Method, _context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
                _owner.HeadersOf(_context),
                AnswerOf(_context, _route!, _capture.Take()),
                _owner.Now, _limits!, _owner.TakeIn(_route!));
            if (_owner.TryAdd(job)) return;
            _owner.Bodies.GiveBack(job.Answer.Body.Length);
            _owner.End(job, ComparisonClass.Shed);
        }

        public ValueTask DisposeAsync()
        {
            if (_context is null) return ValueTask.CompletedTask;
            _context.Response.Body = _body!;
            _capture!.Drop();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>A side's answer that the client has been given. Its headers are as the side gave them: the proxy's own cookies are no part of its answer.</summary>
    public static MirrorAnswer AnswerOf(HttpContext context, PlannedRoute route, ReadOnlyMemory<byte> body) =>
        MirrorAnswer.Of(context.Response.StatusCode, HeadersOf(context.Response, route), body, OriginsOf(context));

    /// <summary>What the client calls the site.</summary>
    public static IReadOnlyList<string> OriginsOf(HttpContext context) => [$"{context.Request.Scheme}://{context.Request.Host}"];

    private static KeyValuePair<string, StringValues>[] HeadersOf(HttpResponse response, PlannedRoute route)
    {
        var headers = response.Headers.ToArray();
        var at = Array.FindIndex(headers, static header => header.Key.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase));
        if (at < 0) return headers;
        var affinity = route.Module.Affinity is { } kept ? $"{kept.KeyName}=" : ProxyCookie.Prefix;
        headers[at] = new(headers[at].Key, headers[at].Value.Where(cookie => !cookie!.StartsWith(ProxyCookie.Prefix, StringComparison.Ordinal) && !cookie.StartsWith(affinity, StringComparison.Ordinal)).ToArray());
        return headers;
    }

    /// <summary>The request's headers as another side gets them.</summary>
    public KeyValuePair<string, StringValues>[] HeadersOf(HttpContext context)
    {
        var headers = context.Request.Headers.Where(static header => MirrorSender.Travels(header.Key));
        if (!plans.Current.AppendForwardedHeaders) return headers.ToArray();
        var appended = ForwardedHeaders.Of(context).ToArray();
        return headers.Where(header => !appended.Any(own => own.Key.Equals(header.Key, StringComparison.OrdinalIgnoreCase))).Concat(appended).ToArray();
    }

    private ByteBudget Bodies => queue.Bodies;

    private DateTimeOffset Now => time.GetUtcNow();

    private bool TryAdd(MirrorJob job) => queue.TryAdd(job);

    private MirroredRequest TakeIn(PlannedRoute route) => ledger.TakeIn(route.Endpoint.Id);

    private void End(MirrorJob job, ComparisonClass outcome)
    {
        job.Request.End(outcome);
        telemetry.Compared(job.Route.Endpoint.Id, outcome);
    }
}
