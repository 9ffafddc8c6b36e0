using Faults.Wire;

namespace Faults.Scheduling;

/// <summary>One combination that a campaign has to come to.</summary>
/// <param name="What">The fault and its victim.</param>
/// <param name="Point">The line of the switch at which it is done; empty for those that are not tied to one.</param>
/// <param name="Forward">True from the legacy to the service.</param>
internal sealed record Cell(string What, string Point, bool Forward)
{
    public static Cell OfWire(WireFault fault, bool forward) => new($"Wire {fault}", "", forward);

    public static Cell OfClock(string process, TimeSpan offset, bool forward) => new($"Clock {process} {(offset > TimeSpan.Zero ? "ahead" : "behind")}", "", forward);

    public override string ToString() => $"{What}{(Point.Length > 0 ? $" at {Point}" : "")} {(Forward ? "there" : "back")}";
}
