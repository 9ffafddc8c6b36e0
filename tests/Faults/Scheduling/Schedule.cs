using System.Globalization;
using Faults.Running;

namespace Faults.Scheduling;

/// <summary>One change of owner and what happens meanwhile.</summary>
/// <param name="Forward">True from the legacy to the service.</param>
/// <param name="Coordinator">Which of the proxies is asked.</param>
/// <param name="Faults">What is done.</param>
internal sealed record Round(bool Forward, int Coordinator, IReadOnlyList<Fault> Faults)
{
    public override string ToString() => $"{(Forward ? "there" : "back")} by {Coordinator}: {(Faults.Count == 0 ? "nothing" : string.Join(", ", Faults))}";
}

/// <summary>All that a seed decides.</summary>
internal sealed record Schedule(int Seed, ShopSetting Setting, IReadOnlyList<Round> Rounds)
{
    /// <summary>What the schedule covers when all of it comes about.</summary>
    public IEnumerable<Cell> Cells() => Rounds.SelectMany(round => round.Faults.SelectMany(fault => fault.Cells(round.Forward)).Concat(Setting.ClockCells(round.Forward)));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {Seed}: {(Setting.TwoProxies ? "two proxies" : "one proxy")}{string.Concat(Setting.Clocks.Select(c => $", {c.Key} {c.Value.TotalMinutes:+0;-0} min"))}{(Setting.Break is null ? "" : $", without {Setting.Break}")}; {string.Join("; ", Rounds)}");
}
