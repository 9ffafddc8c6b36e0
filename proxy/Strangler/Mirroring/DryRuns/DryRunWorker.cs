using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Strangler.Evidence;

namespace Strangler.Mirroring.DryRuns;

/// <summary>Takes writes off the queue, has the service run them dry beside the owner, and counts each in exactly one class once both answers are there.</summary>
internal sealed partial class DryRunWorker(
    DryRunQueue queue, DryRunSender sender, DryRunJudge judge, DryRunNotes notes, EvidenceLedger ledger, TimeProvider time, ILogger<DryRunWorker> logger) : BackgroundService
{
    // The service takes one at a time; the others wait for the owner's answer, or for the copy.
    private const int Workers = 4;
    private static readonly TimeSpan LongestWrite = TimeSpan.FromSeconds(30);
    private static readonly OwnerAnswer _tooLate = new(null, ComparisonClass.Unsupported, ChangeReport.None);
    private readonly ILogger _logger = logger;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(stoppingToken)));

    private async Task WorkAsync(CancellationToken stopping)
    {
        await foreach (var job in queue.ReadAllAsync(stopping))
        {
            ComparisonClass? outcome;
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
            finally
            {
                queue.Bodies.GiveBack(job.Body?.Length ?? 0);
            }

            if (outcome is { } counted) queue.Count(job.Route, counted, job.Owner.IsCompletedSuccessfully ? (await job.Owner)?.Answer?.Status ?? 0 : 0);
        }
    }

    /// <returns>Null when the client got no answer of the owner's: then there was no write to compare.</returns>
    private async Task<ComparisonClass?> CompareAsync(DryRunJob job, CancellationToken stopping)
    {
        using var activity = StranglerTelemetry.Source.StartActivity("strangler.dry_run");
        activity?.SetTag("strangler.endpoint", job.Route.Endpoint.Id);
        var asked = await sender.AskAsync(job, stopping);
        using (var limit = new CancellationTokenSource(LongestWrite, time))
        using (limit.Token.Register(() => job.Answered(_tooLate)))
        {
            await job.Owner.WaitAsync(stopping);
        }

        var owner = await job.Owner;
        try
        {
            return owner is null ? null : await CompareAsync(job, owner, asked, stopping);
        }
        finally
        {
            queue.Bodies.GiveBack(owner?.Answer?.Body.Length ?? 0);
        }
    }

    private async Task<ComparisonClass> CompareAsync(DryRunJob job, OwnerAnswer owner, DryRunResult asked, CancellationToken stopping)
    {
        var endpoint = job.Route.Endpoint.Id;
        if (asked.Reason is { } refused) notes.SaidNothing(endpoint, refused);
        if (asked.Answer is null) return asked.Failure;
        if (ReferenceEquals(owner, _tooLate)) notes.SaidNothing(endpoint, "the owner's answer took too long");
        if (owner.Answer is null) return owner.NotKept;

        var verdict = await judge.JudgeAsync(job, owner, asked.Answer, stopping);
        if (verdict.Reason is { } reason) notes.SaidNothing(endpoint, reason);
        if (verdict.Pairs > 0) notes.Paired(endpoint);
        if (verdict is { Class: ComparisonClass.Mismatch, Differences: { } differences, Service: { } service })
            ledger.Keep(MismatchRecord.Of(job.Route, job.At, job.Method, job.Target, job.Headers, owner.Answer, service, differences));

        return verdict.Class;
    }

    [LoggerMessage(1210, LogLevel.Error, "Comparing a dry run of endpoint {Endpoint} failed")]
    private partial void LogFault(Exception error, string endpoint);
}
