using System.Globalization;

namespace Strangler.Cli.Rehearse.Report;

/// <summary>A rehearsal as it is reported: what was run, and the scoreboard.</summary>
/// <param name="Modules">The modules that were moved.</param>
/// <param name="Load">What was sent.</param>
/// <param name="Faults">Which faults were asked for; empty for none.</param>
/// <param name="Hurt">What was done to the system.</param>
/// <param name="Shortened">In what the plan differs from the user's.</param>
/// <param name="Untouched">Endpoints that the load did not reach.</param>
/// <param name="Notes">What else the reader must know.</param>
/// <param name="Score">The scoreboard.</param>
internal sealed record RehearsalReport(
    IReadOnlyList<string> Modules,
    string Load,
    string Faults,
    IReadOnlyList<string> Hurt,
    IReadOnlyList<string> Shortened,
    IReadOnlyList<string> Untouched,
    IReadOnlyList<string> Notes,
    Scoreboard Score)
{
    /// <summary>The lines of the scoreboard: a name and a value.</summary>
    public IEnumerable<(string Name, string Value)> Lines()
    {
        yield return ("requests", string.Create(CultureInfo.InvariantCulture, $"{Score.Requests:N0}, {Score.Writes:N0} of them acknowledged writes"));
        yield return ("failed", Number(Score.Failed));
        yield return ("lost", Number(Score.Lost));
        yield return ("differing", string.Create(CultureInfo.InvariantCulture, $"{Score.Differing:N0}, in {Score.Compared:N0} comparisons of both sides and every read"));
        if (Faults.Length > 0) yield return ("retried", string.Create(CultureInfo.InvariantCulture, $"{Score.Retried:N0} requests; {Score.Interrupted:N0} writes interrupted by a kill"));
        yield return ("pause", Pause());
        yield return ("lag", Score.LagMilliseconds is { } lag ? string.Create(CultureInfo.InvariantCulture, $"p50 {lag.P50:0} ms, p99 {lag.P99:0} ms, in {lag.Of:N0} looks") : "none: no data is kept in step");
        foreach (var copy in Score.Backfills) yield return ("backfill", string.Create(CultureInfo.InvariantCulture, $"{copy.RowsPerSecond:N0} rows/s ({copy.Rows:N0} rows)"));
        yield return ("time", string.Create(CultureInfo.InvariantCulture, $"{Score.Seconds:0} s under load, after {Score.StartSeconds:0} s to start"));
    }

    private string Pause()
    {
        if (Score.PauseMilliseconds is not { } pause) return "none: no write met a switch";
        return string.Create(CultureInfo.InvariantCulture, $"p50 {pause.P50:0} ms, p99 {pause.P99:0} ms, over {pause.Of} switches");
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
