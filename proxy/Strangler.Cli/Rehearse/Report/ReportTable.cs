using System.Globalization;
using Spectre.Console;
using Strangler.Cli.Rehearse.Clients;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;

namespace Strangler.Cli.Rehearse.Report;

/// <summary>Shows a report on a terminal or in a log.</summary>
internal static class ReportTable
{
    public static void Write(CommandIo io, RehearsalReport report)
    {
        io.Line("");
        io.Terminal.Write(Stages(report.Score));
        io.Terminal.Write(Score(report));
        foreach (var line in report.Shortened) io.Line($"This rehearsal shortened a time: {line}.");
        if (report.Untouched.Count > 0) io.Line($"Not reached by the load: {string.Join(", ", report.Untouched)}.");
        foreach (var note in report.Notes) io.Line(note);
        Findings(io, "failed", report.Score.Findings.Failed);
        Findings(io, "lost", report.Score.Findings.Lost);
        Findings(io, "differing", report.Score.Findings.Differing);
        if (report.Score.Stopped is { } stopped) io.Problem($"Stopped{(stopped.Module is null ? "" : $" at {stopped.Module}")}: {stopped.Reason}");
        if (report.Score.Stopped is { Unmet.Count: > 0 } refused) io.Problem(ConditionTable.Of([.. refused.Unmet]));
        io.Line(report.Score.IsGood
            ? "Good: the migration went there and back; nothing failed, differed or was lost."
            : "Not good: see above. The exit code is 1.");
    }

    private static Table Score(RehearsalReport report)
    {
        var table = new Table { Border = TableBorder.Rounded, ShowHeaders = false };
        table.AddColumn(new TableColumn("").NoWrap()).AddColumn(new TableColumn(""));
        foreach (var (name, value) in report.Lines()) table.AddRow(new Text(name), new Text(value));
        return table;
    }

    private static Table Stages(Scoreboard score)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("module", "stage", "from", "for", "requests");
        foreach (var column in table.Columns.Skip(2)) column.RightAligned();
        foreach (var stage in score.Stages)
        {
            string[] cells =
            [
                stage.Module, stage.Stage, string.Create(CultureInfo.InvariantCulture, $"{stage.Began.TotalSeconds:0.0} s"),
                string.Create(CultureInfo.InvariantCulture, $"{stage.Took.TotalSeconds:0.0} s"), stage.Requests.ToString("N0", CultureInfo.InvariantCulture),
            ];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }

        return table;
    }

    private static void Findings(CommandIo io, string name, FindingList list)
    {
        foreach (var (endpoint, count) in list.ByEndpoint.OrderByDescending(static e => e.Value)) io.Problem(string.Create(CultureInfo.InvariantCulture, $"{name}: {endpoint}: {count:N0}"));
        foreach (var finding in list.First.DistinctBy(static f => (f.Endpoint, f.What)).Take(5)) io.Problem($"  {Text(finding)}");
    }

    private static string Text(Finding finding) => $"{finding.Request}: {finding.What}";
}
