using Faults.History;

namespace Faults.Checking;

/// <summary>Something that must never happen, and the evidence.</summary>
internal sealed record Violation(string Rule, string What)
{
    public override string ToString() => $"{Rule}: {What}";
}

/// <summary>Holds a run's history against everything that the system promises.</summary>
internal static class HistoryChecker
{
    public static IReadOnlyList<Violation> Check(RunHistory history) =>
    [
        .. history.Anomalies.Select(static what => new Violation("at rest", what)),
        .. OneOwner.Check(history),
        .. Registers.Check(history),
        .. Transfers.Check(history),
        .. Keys.Check(history),
        .. SameOnBothSides.Check(history),
        .. Failures.Check(history),
    ];
}
