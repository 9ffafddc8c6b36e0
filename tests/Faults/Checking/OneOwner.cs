using Faults.History;

namespace Faults.Checking;

/// <summary>One owner at a time: in the databases, in what the sides acknowledged, and in what they sent to each other.</summary>
internal static class OneOwner
{
    public static IEnumerable<Violation> Check(RunHistory history) =>
    [
        .. history.TwoOwners.Select(static what => new Violation("one owner", what)),
        .. TwoSendersOfOneEpoch(history),
        .. WrittenBehindTheFence(history),
        .. AcknowledgedByTwo(history),
    ];

    private static IEnumerable<Violation> TwoSendersOfOneEpoch(RunHistory history) => history.Deliveries
        .GroupBy(static delivery => delivery.Epoch)
        .Where(static epoch => epoch.Select(static delivery => delivery.From).Distinct().Count() > 1)
        .Select(static epoch => new Violation("one owner", $"both sides sent changes of epoch {epoch.Key}: {string.Join(", ", epoch.DistinctBy(static d => d.From))}"));

    private static IEnumerable<Violation> WrittenBehindTheFence(RunHistory history) =>
        from fence in history.Fences
        from delivery in history.Deliveries
        where delivery.From == fence.From && delivery.Epoch == fence.Epoch && delivery.Position > fence.Position
        select new Violation("one owner", $"{delivery} was written behind the fence at position {fence.Position}");

    /// <summary>Epochs follow each other in real time: an answer of an earlier epoch to a request that began after an answer of a later one is a second owner's.</summary>
    private static IEnumerable<Violation> AcknowledgedByTwo(RunHistory history)
    {
        var told = history.Operations.Where(static o => o is { Epoch: > 0, Outcome: Outcome.Acknowledged }).OrderBy(static o => o.End).ToList();
        foreach (var epoch in told.GroupBy(static o => o.Epoch).Where(static e => e.Select(static o => o.Via).Distinct().Count() > 1))
            yield return new Violation("one owner", $"both sides acknowledged writes at epoch {epoch.Key}: {string.Join("; ", epoch.DistinctBy(static o => o.Via))}");

        // In the order of their ends, the highest epoch so far.
        Operation? highest = null;
        var next = 0;
        foreach (var later in told.OrderBy(static o => o.Start))
        {
            for (; next < told.Count && told[next].End < later.Start; next++)
            {
                if (highest is null || told[next].Epoch > highest.Epoch) highest = told[next];
            }

            if (highest is not null && later.Epoch < highest.Epoch) yield return new Violation("one owner", $"{later} was acknowledged at epoch {later.Epoch} after {highest} had been at epoch {highest.Epoch}");
        }
    }
}
