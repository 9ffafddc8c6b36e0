using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Strangler.Evidence;
using Strangler.Stages;

namespace Strangler.Mirroring;

/// <summary>
/// Takes mirrored reads off the queue, asks the other side, compares, and counts each in exactly one class. Answers that differ are asked for once
/// more on both sides, as a change may have been on its way.
/// </summary>
internal sealed partial class MirrorWorker(
    MirrorQueue queue, MirrorSender sender, EvidenceLedger ledger, StranglerTelemetry telemetry, TimeProvider time, ILogger<MirrorWorker> logger) : BackgroundService
{
    private static readonly TimeSpan BeforeSecondLook = TimeSpan.FromMilliseconds(250);
    private readonly ILogger _logger = logger;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var workers = Math.Clamp(Environment.ProcessorCount * 2, 4, 16);
        return Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(stoppingToken)));
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        await foreach (var job in queue.ReadAllAsync(stopping))
        {
            ComparisonClass outcome;
            try
            {
                outcome = await CompareAsync(job, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // A fault in comparing must not end the comparing of everything else.
                outcome = ComparisonClass.Unsupported;
                LogFault(error, job.Route.Endpoint.Id);
            }

            ledger.Count(job.Route.Endpoint.Id, outcome);
            telemetry.Compared(job.Route.Endpoint.Id, outcome);
        }
    }

    private async Task<ComparisonClass> CompareAsync(MirrorJob job, CancellationToken stopping)
    {
        using var activity = StranglerTelemetry.Source.StartActivity("strangler.mirror");
        activity?.SetTag("strangler.endpoint", job.Route.Endpoint.Id);
        var other = job.AnsweredBy == Side.Legacy ? Side.Service : Side.Legacy;
        var (seen, failure) = await AskAsync(job, other, stopping);
        if (seen is null) return failure;
        var rules = job.Route.Module.Compare;
        if (AnswerComparison.Difference(job.Answer, seen, rules) is null) return ComparisonClass.Match;

        await Task.Delay(BeforeSecondLook, time, stopping);
        var (again, _) = await AskAsync(job, job.AnsweredBy, stopping);
        (seen, failure) = await AskAsync(job, other, stopping);
        if (seen is null) return failure;
        var answered = again ?? job.Answer;
        if (AnswerComparison.Difference(answered, seen, rules) is not { } difference) return ComparisonClass.Lag;
        var (legacy, service) = other == Side.Service ? (answered, seen) : (seen, answered);
        ledger.Keep(new Mismatch(
            job.Route.Endpoint.Id, job.At, job.Method, job.Target, legacy.Status, service.Status,
            AnswerComparison.Excerpt(legacy), AnswerComparison.Excerpt(service), difference));
        return ComparisonClass.Mismatch;
    }

    private async Task<(MirrorAnswer?, ComparisonClass)> AskAsync(MirrorJob job, Side side, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(job.Limits.CandidateTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            return (await sender.AskAsync(job, side, either.Token), ComparisonClass.TooLarge);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return (null, ComparisonClass.TimedOut);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return (null, ComparisonClass.CandidateFailed);
        }
    }

    [LoggerMessage(1200, LogLevel.Error, "Comparing an answer of endpoint {Endpoint} failed")]
    private partial void LogFault(Exception error, string endpoint);
}
