using Faults.History;

namespace Faults.Checking;

/// <summary>
/// Conservation in the manner of TPC-B: whatever is moved between the accounts, their sum stays, on both sides and at every switch. And each transfer counts once:
/// it raises the version of both rows by one, so the last version tells how many there were, and no two were told the same one.
/// </summary>
internal static class Transfers
{
    private const int MostTried = 16;

    public static IEnumerable<Violation> Check(RunHistory history)
    {
        var sum = Sum(history.Before, history);
        foreach (var still in history.Stills)
        {
            foreach (var (side, rows) in new[] { ("legacy", still.Legacy), ("service", still.Service) })
            {
                if (Sum(rows, history) is var held && held != sum) yield return new Violation("conservation", $"at {still.When} the accounts of the {side} hold {held}, not {sum} cents");
            }
        }

        var transfers = history.Operations.Where(static o => o.Act == Act.Transfer).ToList();
        var told = transfers.Where(static o => o.Outcome == Outcome.Acknowledged).ToList();
        foreach (var same in told.SelectMany(static o => new[] { (o.Key, o.Version, o), (o.Other, o.OtherVersion, o) }).GroupBy(static t => (t.Item1, t.Item2)).Where(static g => g.Count() > 1))
            yield return new Violation("applied once", $"account {same.Key.Item1} got version {same.Key.Item2} more than once: {string.Join("; ", same.Select(static t => t.o))}");
        if (history.End is not { } end) yield break;
        var open = transfers.Where(static o => o.Outcome == Outcome.Unknown).ToList();
        foreach (var (side, rows) in new[] { ("legacy", end.Legacy), ("service", end.Service) })
        {
            if (!Explains(history, rows, told, open))
                yield return new Violation("applied once", $"no choice among the {open.Count} transfers of unknown outcome explains the accounts of the {side}: {Describe(history, rows, told, open)}");
        }
    }

    private static long Sum(IReadOnlyList<Row> rows, RunHistory history) => rows.Where(r => history.Accounts.Contains(r.Key)).Sum(static r => r.Cents);

    /// <summary>True when the accounts hold what they held before, with all acknowledged transfers and some of the others.</summary>
    private static bool Explains(RunHistory history, IReadOnlyList<Row> rows, List<Operation> told, List<Operation> open)
    {
        var missing = Missing(history, rows, told);
        // Too many to try: the versions bound how many may have been.
        return open.Count > MostTried
            ? missing.All(m => m.Value.Times >= 0 && m.Value.Times <= open.Count(o => o.Key == m.Key || o.Other == m.Key))
            : Try(missing, open, 0);
    }

    private static bool Try(Dictionary<int, (long Cents, int Times)> missing, List<Operation> open, int next)
    {
        if (missing.Values.All(static m => m == (0, 0))) return true;
        if (next == open.Count || missing.Values.Any(static m => m.Times < 0)) return false;
        if (Try(missing, open, next + 1)) return true;
        var taken = new Dictionary<int, (long Cents, int Times)>(missing);
        Apply(taken, open[next]);
        return Try(taken, open, next + 1);
    }

    /// <summary>What the acknowledged transfers leave unexplained, by account.</summary>
    private static Dictionary<int, (long Cents, int Times)> Missing(RunHistory history, IReadOnlyList<Row> rows, List<Operation> told)
    {
        var before = history.Before.ToDictionary(static r => r.Key);
        var missing = history.Accounts.ToDictionary(
            static a => a, a => rows.FirstOrDefault(r => r.Key == a) is { } row ? (row.Cents - before[a].Cents, row.Version - before[a].Version) : (long.MinValue / 2, -1));
        foreach (var transfer in told) Apply(missing, transfer);
        return missing;
    }

    private static void Apply(Dictionary<int, (long Cents, int Times)> missing, Operation transfer)
    {
        missing[transfer.Key] = (missing[transfer.Key].Cents + transfer.Amount, missing[transfer.Key].Times - 1);
        missing[transfer.Other] = (missing[transfer.Other].Cents - transfer.Amount, missing[transfer.Other].Times - 1);
    }

    private static string Describe(RunHistory history, IReadOnlyList<Row> rows, List<Operation> told, List<Operation> open) =>
        string.Join(", ", Missing(history, rows, told).Where(static m => m.Value != (0, 0)).Select(static m => $"account {m.Key} {m.Value.Cents:+0;-0} cents and {m.Value.Times:+0;-0} changes unexplained"))
        + (open.Count > 0 ? $"; unknown: {string.Join("; ", open.Take(8))}" : "");
}
