using Microsoft.AspNetCore.Http;
using Strangler.Decision;
using Strangler.Evidence;
using Strangler.Plan;
using Strangler.Stages;

namespace Strangler.Forwarding;

/// <summary>A request that may have to wait for an owner.</summary>
/// <param name="Table">The table of the plan in force when the request came.</param>
/// <param name="Module">The module; null for a request that the plan does not name, until a side names the module in its refusal.</param>
/// <param name="Planned">The planned endpoint, if any.</param>
/// <param name="Side">Where the request goes first when it is not planned, or where it was refused.</param>
/// <param name="Buffer">Bytes of the body that are kept.</param>
internal sealed record HeldCall(RouteTable Table, string? Module, PlannedRoute? Planned, Side Side, long Buffer)
{
    /// <summary>Bytes of an unplanned request's body that are kept in case a side refuses it.</summary>
    public const long UnplannedBuffer = 256 * 1024;
}

/// <summary>
/// Sends a write to the owner: waits while ownership changes hands, and sends it again when a side refuses it as not the owner or could not be reached.
/// A write whose outcome is unknown is sent again only when the method or an Idempotency-Key makes that harmless.
/// </summary>
internal sealed class HeldForwarding(
    ModuleStates states, IOwnerRefresh refresh, WritesUnderWay underWay, PlanStore plans, EvidenceLedger ledger, StranglerTelemetry telemetry, TimeProvider time)
{
    private readonly ByteBudget _kept = new(() => plans.Current.Limits.RetryBuffers);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    public Task ForwardAsync(HttpContext context, RequestDelegate next, HeldCall call) => RunAsync(context, next, call, refused: false);

    /// <summary>Goes on with a request without a body that a side has just refused.</summary>
    public Task ResumeAsync(HttpContext context, RequestDelegate next, HeldCall call) => RunAsync(context, next, call, refused: true);

    private async Task RunAsync(HttpContext context, RequestDelegate next, HeldCall call, bool refused)
    {
        var started = time.GetTimestamp();
        var limit = call.Table.Plan.Limits.HoldWrites;
        await using var body = BodyOf.MayExist(context) && !BodyOf.IsUpgrade(context) && (context.Request.ContentLength ?? 0) <= call.Buffer
            ? new ReplayableBody(context.Request.Body, call.Buffer, _kept) : null;
        var original = context.Request.Body;
        if (body is not null) context.Request.Body = body;
        try
        {
            var (module, side, pause) = (call.Module, call.Side, FirstPause);
            (Side Owner, long Epoch) attempt = default;
            // Only the side that may have seen an Idempotency-Key can tell a repetition by it: once such a write's outcome is unknown, no other gets it.
            (Side Owner, long Epoch)? keyHolder = null;
            if (refused && !await PrepareAgainAsync())
            {
                await AnswerAsync(context, call);
                return;
            }

            while (true)
            {
                if (module is not null)
                {
                    if (await EnterAsync(module, limit - time.GetElapsedTime(started), context.RequestAborted) is not { } owner)
                    {
                        telemetry.HeldTooLong(module, limit);
                        await Answer.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, retryAfterSeconds: 1);
                        return;
                    }

                    attempt = (owner.Owner, owner.Epoch);
                    if (keyHolder is { } holder && holder != attempt)
                    {
                        underWay.Exit(module);
                        await Answer.WriteAsync(context, StatusCodes.Status502BadGateway);
                        return;
                    }

                    side = EndpointDecision.Decide(writes: true, owner.Stage, owner, 0).Target;
                }

                var entered = module;
                try
                {
                    if (call.Planned is not null) telemetry.Forwarded(DecisionReason.Owner, module, side);
                    if (module is not null && side == Side.Legacy) ledger.LegacyCalled(module, call.Planned?.Endpoint);
                    Reassignment.To(context, call.Table, call.Planned, side, module);
                    await next(context);
                }
                finally
                {
                    if (entered is not null) underWay.Exit(entered);
                }

                if (!MayGoAgain(context, call, body)) break;
                if (IsHarmlessByKeyAlone(context)) keyHolder ??= attempt;
                if (!await PrepareAgainAsync()) break;
            }

            if (Outcome.IsOfTheProxy(context)) await AnswerAsync(context, call);
            if (call.Planned is not null) ledger.Served(call.Planned.Endpoint.Id, side, context.Response.StatusCode);

            // Clears the failed attempt, learns who the owner is, and waits a little longer each time. False when the time is used up.
            async Task<bool> PrepareAgainAsync()
            {
                var refusal = context.Features.Get<Refusal>();
                if (refusal is not null)
                {
                    module ??= call.Table.Services.ContainsKey(refusal.Module) ? refusal.Module : null;
                    if (module is null) return false;
                    await RefreshAsync(module, context.RequestAborted);
                }

                var left = limit - time.GetElapsedTime(started);
                if (left <= TimeSpan.Zero) return false;
                if (module is not null)
                {
                    // Wakes at once when another owner is published, which is what ends most waits.
                    var (by, epoch) = (side, refusal?.Epoch ?? long.MaxValue);
                    await states.WaitAsync(module, s => !s.Switching && (s.Owner != by || s.Epoch > epoch), left < pause ? left : pause, context.RequestAborted);
                }

                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                if (call.Planned is not null) ledger.Retried(call.Planned.Endpoint.Id);
                telemetry.SentAgain(module, refusal is null ? "unreachable" : "not-owner");
                body?.Rewind();
                Outcome.Clear(context);
                return true;
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has left while its write was waiting.
        }
        finally
        {
            context.Request.Body = original;
        }
    }

    /// <summary>Counts the write in once there is an owner. The count comes first and is taken back, so that a switch that drains cannot miss it.</summary>
    private async Task<ModuleState?> EnterAsync(string module, TimeSpan left, CancellationToken cancellation)
    {
        while (true)
        {
            underWay.Enter(module);
            var state = states.Of(module);
            if (!state.Switching) return state;
            underWay.Exit(module);
            var waited = time.GetTimestamp();
            if (await states.WaitAsync(module, static s => !s.Switching, left, cancellation) is null) return null;
            telemetry.Held(module, time.GetElapsedTime(waited));
        }
    }

    /// <summary>A look that fails has taught nothing: the request waits and tries again, as it does when nothing has changed.</summary>
    private async Task RefreshAsync(string module, CancellationToken cancellation)
    {
        try
        {
            await refresh.RefreshAsync(module, cancellation);
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            telemetry.OwnerNotLearnt(error, module);
        }
    }

    private static bool MayGoAgain(HttpContext context, HeldCall call, ReplayableBody? body)
    {
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested) return false;
        if (body is null ? BodyOf.MayExist(context) : !body.CanReplay) return false;
        if (context.Features.Get<Refusal>() is { Kind: RefusalKind.NotOwner }) return true;
        if (call.Planned is null) return false;
        return Outcome.NeverSent(context) || (Outcome.IsUnknown(context) && IsHarmless(context.Request));
    }

    // A GET gets here only when it writes: the plan says so, or a side has refused it. Its method promises nothing then.
    private static bool IsHarmless(HttpRequest request) => IsIdempotent(request) || request.Headers.ContainsKey("Idempotency-Key");

    private static bool IsHarmlessByKeyAlone(HttpContext context) =>
        context.Features.Get<Refusal>() is null && !Outcome.NeverSent(context) && !IsIdempotent(context.Request);

    /// <summary>
    /// Whether the method of a write promises the same whether it arrives once or twice. A condition takes that back: the second time it looks at what the first has
    /// done, and a write that was made would be answered 412.
    /// </summary>
    public static bool IsIdempotent(HttpRequest request) => (HttpMethods.IsPut(request.Method) || HttpMethods.IsDelete(request.Method)) && !HasCondition(request.Headers);

    // The last one is WebDAV's.
    private static bool HasCondition(IHeaderDictionary headers) =>
        headers.IfMatch.Count > 0 || headers.IfNoneMatch.Count > 0 || headers.IfUnmodifiedSince.Count > 0 || headers.ContainsKey("If");

    private static Task AnswerAsync(HttpContext context, HeldCall call) => call.Planned is not null && Outcome.NeverSent(context)
        ? Answer.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, retryAfterSeconds: 1)
        : Outcome.AnswerAsync(context);
}
