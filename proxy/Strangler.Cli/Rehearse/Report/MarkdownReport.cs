using System.Globalization;
using System.Text;

namespace Strangler.Cli.Rehearse.Report;

/// <summary>Writes a report as Markdown. It names no machine and no directory, so that it can be kept with the plan.</summary>
internal static class MarkdownReport
{
    public static string Of(RehearsalReport report)
    {
        var text = new StringBuilder();
        var score = report.Score;
        Line(text, $"# Rehearsal of {string.Join(", ", report.Modules)}");
        Line(text, "");
        Line(text, $"**{(score.IsGood ? "Good" : "Not good")}**: {Verdict(score)}");
        Line(text, "");
        Line(text, $"Load: {report.Load}. Faults: {(report.Faults.Length == 0 ? "none" : report.Faults)}.");
        foreach (var line in report.Shortened) Line(text, $"This rehearsal shortened a time: {line}.");
        if (report.Untouched.Count > 0) Line(text, $"Not reached by the load: {string.Join(", ", report.Untouched)}.");
        foreach (var note in report.Notes) Line(text, note);
        Table(text, "Scoreboard", ["", ""], report.Lines().Select(static l => new[] { l.Name, l.Value }));
        Table(text, "Stages", ["module", "stage", "from", "for", "requests"], score.Stages.Select(static s => new[] { s.Module, s.Stage, Seconds(s.Began), Seconds(s.Took), $"{s.Requests}" }));
        Table(
            text, "Switches of ownership", ["module", "switch", "longest write beyond the median", "held by the proxy"],
            score.Switches.Select(static s => new[] { s.Module, s.Direction, Milliseconds(s.Pause), Milliseconds(s.Held) }));
        Table(text, "Faults", ["what was done"], report.Hurt.Select(static h => new[] { h }));
        Table(text, "Unmet conditions", ["condition", "required", "measured"], (score.Stopped?.Unmet ?? []).Select(static c => new[] { $"{c["name"]}", $"{c["required"]}", $"{c["measured"]}" }));
        Findings(text, "Failed", score.Findings.Failed);
        Findings(text, "Lost", score.Findings.Lost);
        Findings(text, "Differing", score.Findings.Differing);
        return text.ToString();
    }

    private static string Verdict(Scoreboard score)
    {
        if (score.IsGood) return "every module went there, back and there again under load; nothing failed, differed or was lost.";
        return score.Stopped is { } stopped ? $"the migration stopped: {stopped.Reason}" : $"{score.Failed} failed, {score.Lost} lost, {score.Differing} differing.";
    }

    private static void Findings(StringBuilder text, string title, FindingList list) =>
        Table(text, title, ["endpoint", "request", "what"], list.First.Select(static f => new[] { f.Endpoint, f.Request, f.What }));

    private static void Table(StringBuilder text, string title, string[] head, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0) return;
        Line(text, "");
        Line(text, $"## {title}");
        Line(text, "");
        Row(text, head);
        Row(text, [.. head.Select(static _ => "---")]);
        foreach (var row in all) Row(text, row);
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) =>
        Line(text, $"| {string.Join(" | ", cells.Select(static c => c.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ")))} |");

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    private static string Milliseconds(TimeSpan? time) => time is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known.TotalMilliseconds:0} ms") : "-";
}
