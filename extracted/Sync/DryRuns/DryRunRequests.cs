using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sync.Capture;
using Sync.Ownership;

namespace Sync.DryRuns;

/// <summary>
/// Takes a request that asks to be run dry through the host's pipeline: checks the key, waits for its place, keeps the answer until everything is rolled back, and says with
/// it how it went, how far the state was, and what would have changed.
/// </summary>
internal sealed partial class DryRunRequests(
    SyncDatabase database, ModuleRegistry registry, OwnershipStore ownerships, SyncTelemetry telemetry, IOptions<SyncOptions> options, TimeProvider time, ILogger<DryRunRequests> logger) : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _places = new(options.Value.DryRun.MaximumAtOnce);

    /// <summary>False within a dry run: what the host runs once more for its page of errors is a part of it.</summary>
    public static bool IsAsked(HttpContext context) => context.Request.Headers.ContainsKey(SyncHeaders.DryRun) && context.Features.Get<DryRun>() is null;

    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        // Without the key it is not run at all: whoever sent it did not mean a write.
        if (!EndpointGuard.HasKey(context, options.Value.Key))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var settings = options.Value.DryRun;
        var aborted = context.RequestAborted;
        using var limit = new CancellationTokenSource(settings.Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, aborted);
        var run = new DryRun(context.Request.Headers[SyncHeaders.DryRun].ToString(), new DryRunStart(database, ownerships, settings.Timeout, logger), stop.Token);
        context.Features.Set(run);
        var body = context.Response.Body;
        var answer = new HeldAnswer(run, settings.MaximumAnswerBytes);
        context.Response.OnStarting(() =>
        {
            WriteHeaders(context.Response, run);
            return Task.CompletedTask;
        });
        var hasPlace = false;
        try
        {
            if (!settings.Enabled) throw run.Refused("dry runs are turned off here");
            if (context.GetEndpoint()?.Metadata.GetMetadata<WithoutDryRunAttribute>() is { } mark) throw run.Refused(mark.Reason);
            run.IsWaiting = true;
            await _places.WaitAsync(stop.Token);
            hasPlace = true;
            run.IsWaiting = false;
            await RequireFollowerAsync(run);
            context.RequestAborted = stop.Token;
            context.Response.Body = answer;
            using (stop.Token.Register(run.End)) await next(context);
            await context.Response.BodyWriter.FlushAsync(stop.Token);
        }
        catch (Exception) when (!aborted.IsCancellationRequested && OutcomeOf(run, limit.Token) != DryRunOutcome.Done)
        {
            // What a handler makes of being ended is no answer.
        }
        finally
        {
            run.Transaction.ForgetUncommitted();
            await EndAsync(run);
            run.Outcome = OutcomeOf(run, limit.Token);
            telemetry.RanDry(run.Module, run.Outcome);
            context.Response.Body = body;
            context.RequestAborted = aborted;
            if (hasPlace) _places.Release();
        }

        if (run.Outcome == DryRunOutcome.Done)
        {
            if (answer.Length > 0) await body.WriteAsync(answer.Bytes, aborted);
            return;
        }

        LogNotDone(logger, context.Request.Method, context.Request.Path, run.Outcome, run.Refusal);
        if (context.Response.HasStarted) return;
        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status501NotImplemented;
    }

    public void Dispose() => _places.Dispose();

    private static DryRunOutcome OutcomeOf(DryRun run, CancellationToken limit) =>
        run.Refusal is not null ? DryRunOutcome.Unsupported
        : run.IsWaiting ? DryRunOutcome.Busy
        : limit.IsCancellationRequested ? DryRunOutcome.Late
        : DryRunOutcome.Done;

    private async Task RequireFollowerAsync(DryRun run)
    {
        if (registry.Find(run.Module) is null) throw run.Refused($"the module '{run.Module}' is not declared here");
        // Not every request comes to its transaction, where this is asked for certain.
        var ownership = await ownerships.RefreshAsync(run.Module, run.Stop);
        if (ownership.State != OwnerState.Follower) throw run.Refused($"this side is no follower of the module but {ownership.State.ToString().ToLowerInvariant()}");
    }

    /// <summary>Nothing is answered before everything is rolled back. A step that somebody has left behind in the database gets a moment to end.</summary>
    private async Task EndAsync(DryRun run)
    {
        run.End();
        try
        {
            await run.Released.WaitAsync(Grace, time);
        }
        catch (TimeoutException)
        {
            run.Release();
        }
    }

    private static void WriteHeaders(HttpResponse response, DryRun run)
    {
        response.Headers[SyncHeaders.DryRun] = run.Outcome switch
        {
            DryRunOutcome.Done => "done",
            DryRunOutcome.Unsupported => "unsupported;" + Uri.EscapeDataString(run.Refusal ?? ""),
            DryRunOutcome.Busy => "busy",
            _ => "late",
        };
        if (run.Outcome != DryRunOutcome.Done) return;
        if (run.Transaction.Began is { } began)
            response.Headers[SyncHeaders.Applied] = string.Create(CultureInfo.InvariantCulture, $"{run.Module};{began.Process};{began.Count};{began.Epoch};{began.Highest}");
        foreach (var report in run.Reports) response.Headers.Append(SyncHeaders.Changes, report.ToHeader());
    }

    [LoggerMessage(3702, LogLevel.Debug, "The dry run of {Method} {Path} ended as {Outcome}: {Reason}")]
    private static partial void LogNotDone(ILogger logger, string method, PathString path, DryRunOutcome outcome, string? reason);
}
