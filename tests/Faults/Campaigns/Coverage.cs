using System.Globalization;
using System.Text;
using Faults.Scheduling;

namespace Faults.Campaigns;

/// <summary>Which faults were done at which lines of a switch, and how many seeds did each, there and back.</summary>
internal static class Coverage
{
    private const int NameWidth = 24;
    private const int Width = 12;
    private const int Listed = 40;
    private static readonly string[] _points = [.. Scheduler.Points.Concat(Scheduler.AbortPoints)];

    /// <summary>A line a fault, a column a line of the switch, and the last for what is not tied to one; in each "seeds there/seeds back".</summary>
    /// <param name="seeds">What each seed covers.</param>
    public static string Table(IReadOnlyList<IReadOnlyList<Cell>> seeds)
    {
        var counts = seeds.SelectMany(static cells => cells.Distinct()).GroupBy(static cell => cell).ToDictionary(static g => g.Key, static g => g.Count());
        var text = new StringBuilder("seeds there/back".PadRight(NameWidth));
        foreach (var point in _points) text.Append(point[(point.IndexOf('.', StringComparison.Ordinal) + 1)..].Replace("-answered", "-ans.", StringComparison.Ordinal).PadLeft(Width));
        text.AppendLine("other".PadLeft(Width));
        foreach (var what in counts.Keys.Select(static cell => cell.What).Distinct().OrderBy(Rank).ThenBy(static what => what, StringComparer.Ordinal))
        {
            text.Append(what.PadRight(NameWidth));
            foreach (var point in _points.Append("")) text.Append(Counts(what, point).PadLeft(Width));
            text.AppendLine();
        }

        return text.ToString();

        string Counts(string what, string point)
        {
            var (there, back) = (counts.GetValueOrDefault(new Cell(what, point, true)), counts.GetValueOrDefault(new Cell(what, point, false)));
            return there + back == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{there}/{back}");
        }
    }

    /// <summary>What was to be done and was done by no seed.</summary>
    public static string Missing(IReadOnlyList<SeedReport> reports)
    {
        var missing = reports.SelectMany(static r => r.Planned).Except(reports.SelectMany(static r => r.Reached)).Select(static cell => cell.ToString()).Order(StringComparer.Ordinal).ToList();
        if (reports.Count == 0) return "";
        return missing.Count == 0
            ? "All that the schedules name was really done."
            : $"Named by a schedule and never done ({missing.Count}): {string.Join("; ", missing.Take(Listed))}{(missing.Count > Listed ? "; ..." : "")}";
    }

    private static int Rank(string what) => Enum.TryParse<FaultKind>(what.Split(' ')[0], out var kind) ? (int)kind : int.MaxValue;
}
