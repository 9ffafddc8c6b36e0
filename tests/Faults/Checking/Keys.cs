using Faults.History;

namespace Faults.Checking;

/// <summary>No key is given twice, no refused creation is found in the end, and no row is there that nobody asked for.</summary>
internal static class Keys
{
    public static IEnumerable<Violation> Check(RunHistory history)
    {
        var creates = history.Operations.Where(static o => o.Act == Act.Create).ToList();
        var before = history.Before.Select(static r => r.Key).ToHashSet();
        foreach (var key in creates.Where(static o => o.Outcome == Outcome.Acknowledged).GroupBy(static o => o.Key))
        {
            if (key.Count() > 1) yield return new Violation("key collision", $"key {key.Key} was given to {string.Join("; ", key)}");
            if (before.Contains(key.Key)) yield return new Violation("key collision", $"key {key.Key} was there before {key.First()}");
        }

        if (history.End is not { } end) yield break;
        var given = creates.Where(static o => o.Outcome == Outcome.Acknowledged).Select(static o => o.Key).ToHashSet();
        var open = creates.Where(static o => o.Outcome == Outcome.Unknown).Select(static o => o.Value).ToHashSet();
        var refused = creates.Where(static o => o.Outcome == Outcome.Refused).ToDictionary(static o => o.Value!);
        foreach (var (side, rows) in new[] { ("legacy", end.Legacy), ("service", end.Service) })
        {
            foreach (var row in rows.Where(r => !before.Contains(r.Key) && !given.Contains(r.Key)))
            {
                if (refused.TryGetValue(row.Sku, out var told)) yield return new Violation("refused, but done", $"{told} is row {row.Key} of the {side}");
                else if (!open.Contains(row.Sku)) yield return new Violation("row from nowhere", $"row {row.Key} '{row.Sku}' of the {side} was made by nobody");
            }

            foreach (var twice in rows.GroupBy(static r => r.Sku).Where(static g => g.Count() > 1))
                yield return new Violation("applied once", $"the {side} holds '{twice.Key}' under the keys {string.Join(", ", twice.Select(static r => r.Key))}");
        }
    }
}
