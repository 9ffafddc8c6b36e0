using System.Diagnostics;
using Faults.Checking;
using Faults.History;
using Faults.Running;
using Faults.Scheduling;
using Faults.Storage;

namespace Faults.Campaigns;

/// <summary>Runs schedules one after another. A run that broke a promise, or came to no end, keeps its directory: logs, databases and history.</summary>
internal sealed class Campaign(Template template, string directory, bool keepAll = false)
{
    /// <exception cref="OperationCanceledException">The run was given up; nothing of it is left.</exception>
    public async Task<SeedReport> RunAsync(Schedule schedule, CancellationToken cancellation = default)
    {
        var place = Directory.CreateDirectory(Path.Combine(directory, $"seed-{schedule.Seed}-{Guid.NewGuid():N}"[..^24])).FullName;
        var watch = Stopwatch.StartNew();
        var history = new RunHistory();
        var violations = new List<Violation>();
        try
        {
            await SeedRun.RunAsync(schedule, template, place, history, cancellation);
        }
        catch when (cancellation.IsCancellationRequested)
        {
            // What else fails while everything is being ended is of no interest.
            Directory.Delete(place, recursive: true);
            throw new OperationCanceledException(cancellation);
        }
        catch (Exception error) when (error is StuckException or InvalidOperationException or TimeoutException or IOException or HttpRequestException)
        {
            violations.Add(new Violation(error is StuckException ? "comes to rest" : "run", error.Message));
        }

        violations.AddRange(HistoryChecker.Check(history));
        var keep = keepAll || violations.Count > 0;
        if (keep)
        {
            await history.WriteAsync(place);
            await File.WriteAllLinesAsync(Path.Combine(place, "violations.txt"), violations.Select(static v => v.ToString()), CancellationToken.None);
        }
        else
        {
            Directory.Delete(place, recursive: true);
        }

        return new SeedReport(
            schedule.Seed, schedule.ToString(), history.Fences.Count, history.Fences.Count(static f => f.Outcome == "Aborted"), history.Operations.Count,
            history.Operations.Count(static o => o.Outcome == Outcome.Acknowledged), history.Operations.Count(static o => o.Outcome == Outcome.Unknown),
            history.Stills.Count, watch.Elapsed.TotalSeconds, violations, [.. schedule.Cells().Distinct()], [.. history.Reached.Distinct()], keep ? place : null);
    }
}
