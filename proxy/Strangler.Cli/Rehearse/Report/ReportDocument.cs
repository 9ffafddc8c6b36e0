namespace Strangler.Cli.Rehearse.Report;

/// <summary>The report as <c>--json</c> prints it.</summary>
internal static class ReportDocument
{
    public static object Of(RehearsalReport report)
    {
        var score = report.Score;
        return new
        {
            good = score.IsGood,
            score.Completed,
            report.Modules,
            report.Load,
            report.Faults,
            report.Hurt,
            report.Shortened,
            report.Untouched,
            report.Notes,
            score.Requests,
            score.Writes,
            score.Failed,
            score.Lost,
            score.Differing,
            score.Compared,
            score.Retried,
            score.Interrupted,
            pauseMilliseconds = score.PauseMilliseconds,
            lagMilliseconds = score.LagMilliseconds,
            score.MedianWriteMilliseconds,
            score.Backfills,
            stages = score.Stages.Select(static s => new { s.Module, s.Stage, began = Math.Round(s.Began.TotalSeconds, 1), seconds = Math.Round(s.Took.TotalSeconds, 1), s.Requests }),
            switches = score.Switches.Select(static s => new { s.Module, s.Direction, pauseMilliseconds = Milliseconds(s.Pause), heldMilliseconds = Milliseconds(s.Held) }),
            score.Seconds,
            score.StartSeconds,
            score.Stopped,
            score.Findings,
        };
    }

    private static double? Milliseconds(TimeSpan? time) => time is { } known ? Math.Round(known.TotalMilliseconds, 1) : null;
}
