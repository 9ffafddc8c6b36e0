using Strangler.Cli.Rehearse.Clients;
using Strangler.Cli.Rehearse.Way;

namespace Strangler.Cli.Rehearse.Report;

/// <summary>Puts together what was measured, once the clients have stopped.</summary>
internal static class ScoreboardMaker
{
    public static Scoreboard Make(LoadRun load, ModuleWatch watch, StageTimes times, Stopped? stopped, TimeSpan started, TimeSpan ran)
    {
        var tally = load.Tally;
        var switches = times.Switches();
        var writes = tally.WriteTimes.Select(static w => w.Took.TotalMilliseconds).ToArray();
        return new Scoreboard
        {
            Completed = stopped is null,
            Requests = tally.Requests,
            Writes = tally.Writes,
            Failed = tally.Failed.Count,
            Lost = tally.Lost.Count,
            Differing = tally.Differing.Count,
            Retried = tally.Retries,
            Interrupted = tally.Interrupted,
            Compared = watch.Compared,
            PauseMilliseconds = Spread.From(switches.Select(static s => s.Pause).OfType<TimeSpan>().Select(static p => p.TotalMilliseconds)),
            LagMilliseconds = Spread.From(watch.Lags.Select(static s => s * 1000)),
            MedianWriteMilliseconds = Spread.From(writes)?.P50,
            Backfills = [.. watch.Copies.Values.Select(static c => new CopyRate(c.Copy, c.Rows, Math.Round(c.PerSecond)))],
            Stages = times.Stages,
            Switches = switches,
            Seconds = Math.Round(ran.TotalSeconds, 1),
            StartSeconds = Math.Round(started.TotalSeconds, 1),
            Stopped = stopped,
            Findings = new FindingLists(FindingList.Of(tally.Failed), FindingList.Of(tally.Lost), FindingList.Of(tally.Differing)),
        };
    }
}
