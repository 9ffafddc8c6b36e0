using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Strangler.Evidence;
using Strangler.Forwarding;
using Strangler.Plan;
using Strangler.Stages;
using Yarp.ReverseProxy.Forwarder;

namespace Strangler.Mirroring.DryRuns;

/// <summary>Decides which writes are run dry as well: those that the legacy owns, of a module whose service holds a copy and is being compared.</summary>
internal sealed class WriteTaps(DryRunQueue queue, MirrorTap mirror, StranglerKeys keys, TimeProvider time)
{
    public WriteTap Open(HttpContext context, PlannedRoute route, ModuleState state, PlanLimits limits)
    {
        if (keys.Sync is not { } key || route.Module.Data != DataMode.Synced || state.Owner != Side.Legacy || state.StageOf(route.Endpoint.Id) is not (Stage.Shadow or Stage.Canary) || BodyOf.IsUpgrade(context))
            return WriteTap.None;
        if (context.Request.ContentLength > limits.MirrorBody) queue.Count(route, ComparisonClass.TooLarge);
        else if (queue.Sheds) queue.Count(route, ComparisonClass.Shed);
        else return new WriteTap(context, route, limits, queue, key, () => mirror.HeadersOf(context), time.GetUtcNow());
        return WriteTap.None;
    }
}

/// <summary>
/// One write that is listened to on its way to the owner and back. The dry run is queued as soon as all of the request has passed, beside the owner's work and never before
/// it; the answer is handed to it when the client has it. Every tap that is opened ends in exactly one class, unless the client got no answer of the legacy's.
/// </summary>
internal sealed class WriteTap : IAsyncDisposable
{
    private readonly HttpContext? _context;
    private readonly PlannedRoute? _route;
    private readonly PlanLimits? _limits;
    private readonly DryRunQueue? _queue;
    private readonly string? _key;
    private readonly Func<IReadOnlyList<KeyValuePair<string, StringValues>>>? _headers;
    private readonly DateTimeOffset _at;
    private readonly Stream? _requestBody;
    private readonly Stream? _responseBody;
    private readonly BoundedCopy? _request;
    private readonly BoundedCopy? _response;
    private DryRunJob? _job;
    private StringValues _changes;
    private bool _counted;
    private bool _answered;
    private bool _moved;

    public WriteTap(HttpContext context, PlannedRoute route, PlanLimits limits, DryRunQueue queue, string key, Func<IReadOnlyList<KeyValuePair<string, StringValues>>> headers, DateTimeOffset at)
    {
        (_context, _route, _limits, _queue, _key, _headers, _at) = (context, route, limits, queue, key, headers, at);
        (_requestBody, _responseBody) = (context.Request.Body, context.Response.Body);
        _response = new BoundedCopy(limits.MirrorBody, queue.Bodies);
        context.Response.Body = new CapturingStream(_responseBody, _response);
        if (BodyOf.MayExist(context))
        {
            _request = new BoundedCopy(limits.MirrorBody, queue.Bodies);
            context.Request.Body = new CapturedBody(_requestBody, context.Request.ContentLength, _request, Passed);
        }

        context.Features.Set(this);
    }

    private WriteTap()
    {
    }

    public static WriteTap None { get; } = new();

    /// <summary>The request is being sent to a side: the owner is asked to tell what it changes.</summary>
    public void Sending(HttpRequestMessage request, Side side)
    {
        if (side != Side.Legacy)
        {
            // Ownership has changed hands since: the service writes it itself.
            _moved = true;
            return;
        }

        request.Headers.TryAddWithoutValidation(InternalHeader.Key, _key);
        request.Headers.TryAddWithoutValidation(InternalHeader.Changes, _route!.Module.Name);
        if (_request is null) Queue(null);
    }

    /// <summary>A side's answer is being passed on.</summary>
    public void Answering(StringValues changes) => (_answered, _changes) = (true, changes);

    /// <summary>The client has the answer.</summary>
    public void Complete()
    {
        if (_queue is null) return;
        var context = _context!;
        if (_moved || !_answered || context.RequestAborted.IsCancellationRequested || context.Features.Get<IForwarderErrorFeature>() is not null)
        {
            _job?.Answered(null);
            return;
        }

        if (_job is null)
        {
            // The owner has answered before it had all of the request.
            Count(ComparisonClass.Unsupported);
            return;
        }

        var changes = ChangeReport.Of(_route!.Module.Name, _changes);
        var notKept = _response!.Overflowed ? ComparisonClass.TooLarge : _response.Crowded ? ComparisonClass.Shed : (ComparisonClass?)null;
        var answer = notKept is { } why
            ? new OwnerAnswer(null, why, changes)
            : new OwnerAnswer(MirrorTap.AnswerOf(context, _route!, _response.Take()), default, changes);
        if (!_job.Answered(answer)) _queue.Bodies.GiveBack(answer.Answer?.Body.Length ?? 0);
    }

    public ValueTask DisposeAsync()
    {
        if (_context is null) return ValueTask.CompletedTask;
        _context.Features.Set<WriteTap>(null);
        _context.Response.Body = _responseBody!;
        _context.Request.Body = _requestBody!;
        _response!.Drop();
        _request?.Drop();
        _job?.Answered(null);
        return ValueTask.CompletedTask;
    }

    private void Passed(BoundedCopy body)
    {
        if (body.Overflowed) Count(ComparisonClass.TooLarge);
        else if (body.Crowded) Count(ComparisonClass.Shed);
        else Queue(body.Take());
    }

    private void Queue(ReadOnlyMemory<byte>? body)
    {
        // Sent again after a refusal, the write is still the same.
        if (_job is not null || _counted) return;
        var job = new DryRunJob(_route!, _context!.Request.Method, _context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, _headers!(), body, _at, _limits!) { Origins = MirrorTap.OriginsOf(_context) };
        if (_queue!.TryAdd(job))
        {
            _job = job;
            return;
        }

        _queue.Bodies.GiveBack(body?.Length ?? 0);
        Count(ComparisonClass.Shed);
    }

    private void Count(ComparisonClass outcome)
    {
        if (_counted) return;
        _counted = true;
        _queue!.Count(_route!, outcome);
    }
}
