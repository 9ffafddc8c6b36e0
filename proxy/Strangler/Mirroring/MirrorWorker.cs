using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Strangler.Evidence;
using Strangler.Stages;

namespace Strangler.Mirroring;

/// <summary>
/// Takes mirrored reads off the queue, asks the other side, compares, and counts each in exactly one class. Answers that differ
/// get a <see cref="SecondLook"/>, as a change may have been on its way.
/// </summary>
internal sealed partial class MirrorWorker(
    MirrorQueue queue, MirrorSender sender, MirrorComparer comparer, SecondLook secondLook, NoiseSampling sampling, LeftOutBook leftOut, EvidenceLedger ledger,
    StranglerTelemetry telemetry, TimeProvider time, ILogger<MirrorWorker> logger) : BackgroundService
{
    private readonly ILogger _logger = logger;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Enough that comparing keeps up with reads on a busy machine, and so few that clients keep their share of it when it is overloaded: see the benchmark "shadow".
        var workers = Math.Clamp(Environment.ProcessorCount * 8, 8, 64);
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
            finally
            {
                queue.Bodies.GiveBack(job.Answer.Body.Length);
            }

            ledger.End(job.Request, job.Route.Endpoint.Id, outcome, job.Answer.Status);
            telemetry.Compared(job.Route.Endpoint.Id, outcome);
        }
    }

    private async Task<ComparisonClass> CompareAsync(MirrorJob job, CancellationToken stopping)
    {
        using var activity = StranglerTelemetry.Source.StartActivity("strangler.mirror");
        activity?.SetTag("strangler.endpoint", job.Route.Endpoint.Id);
        var other = job.AnsweredBy == Side.Legacy ? Side.Service : Side.Legacy;
        var (seen, failure) = await sender.TryAskAsync(job, other, time, stopping);
        if (seen is null) return failure;
        var comparison = await comparer.CompareAsync(job, job.AnsweredBy, job.Answer, seen, stopping);
        leftOut.Add(job.Route.Endpoint.Id, comparison.LeftOut);
        if (comparison.Class != ComparisonClass.Mismatch)
        {
            if (NoiseSampling.IsDue(job)) await sampling.SampleAsync(job, other, seen, stopping);
            return comparison.Class;
        }

        var verdict = await secondLook.JudgeAsync(job, stopping);
        if (verdict is { Class: ComparisonClass.Mismatch, Legacy: { } legacy, Service: { } service, Differences: { } differences })
            ledger.Keep(MismatchRecord.Of(job, legacy, service, differences));
        // Another worker may have learned the noise of this read while it was looked at: then nothing was behind.
        return verdict.Class == ComparisonClass.Lag && (await comparer.CompareAsync(job, job.AnsweredBy, job.Answer, seen, stopping)).IsMatch ? ComparisonClass.Noise : verdict.Class;
    }

    [LoggerMessage(1200, LogLevel.Error, "Comparing an answer of endpoint {Endpoint} failed")]
    private partial void LogFault(Exception error, string endpoint);
}
