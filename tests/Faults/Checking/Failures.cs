using Faults.History;

namespace Faults.Checking;

/// <summary>
/// Clients see no failure that the faults do not make unavoidable. Unavoidable are:
/// those of a request through a proxy that is dead or stands still while it runs;
/// those of a write, or of a read by somebody who has just written (the owner alone may answer it), while a side's process is dead, stands still, or cannot write
/// its database, or while the proxies cannot write theirs: a write that was sent may be lost with its process, and one that waits is given up after the hold;
/// those of any read while both sides are out, or whose answer had begun when the process that gave it was killed.
/// Nothing that happens on the wire between the sides, to clocks, or to a coordinator that is not the client's own proxy excuses anything.
/// </summary>
internal static class Failures
{
    public static IEnumerable<Violation> Check(RunHistory history) => history.Operations
        .Where(static o => o.Outcome != Outcome.Acknowledged && !IsProper(o))
        .Where(o => !IsUnavoidable(o, history.Outages))
        .Select(static o => new Violation("needless failure", o.ToString()));

    /// <summary>Refusals that are right: two transfers met at a row, or a side that is not the owner was asked past the proxies.</summary>
    private static bool IsProper(Operation o) => o is { Act: Act.Transfer, Status: 409 } or { Status: 421, Via: "legacy" or "service" };

    private static bool IsUnavoidable(Operation o, IEnumerable<Outage> outages)
    {
        var during = outages.Where(outage => outage.Start <= o.End && outage.End >= o.Start).Select(static outage => outage.Who).ToHashSet();
        if (during.Contains(o.Via)) return true;
        if (during.Contains("legacy") && during.Contains("service")) return true;
        // Half an answer had come when the process that gave it died: nobody can take it back and ask the other side.
        if (o is { Act: Act.Read, Status: 0 } && outages.Any(outage => outage is { Loses: true, Who: "legacy" or "service" } && outage.Start <= o.End && outage.End >= o.Start)) return true;
        var needsOwner = o.Act != Act.Read || !o.Client.StartsWith("reader", StringComparison.Ordinal);
        return needsOwner && (during.Contains("legacy") || during.Contains("service") || during.Contains("state"));
    }
}
