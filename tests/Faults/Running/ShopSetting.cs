using Faults.Scheduling;
using TestKit.Databases;

namespace Faults.Running;

/// <summary>What differs from one seed's system to the next.</summary>
internal sealed record ShopSetting
{
    public bool TwoProxies { get; init; } = true;

    /// <summary>How far each process's clock is off, by the process's name.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Clocks { get; init; } = new Dictionary<string, TimeSpan>();

    /// <summary>The side whose database lies on a disk that can be filled, or null.</summary>
    public string? SmallDisk { get; init; }

    /// <summary>The safeguard that is taken away: Fence, Epoch, Acknowledgement, or null.</summary>
    public string? Break { get; init; }

    public string Provider { get; init; } = TestDatabase.Sqlite;

    /// <summary>True when the sides send each other their changes over NServiceBus and not over the wires.</summary>
    public bool OverNServiceBus { get; init; }

    /// <summary>What the clocks cover in a round of the given direction.</summary>
    public IEnumerable<Cell> ClockCells(bool forward) =>
        Clocks.Where(c => TwoProxies || c.Key != "proxy-b").Select(c => Cell.OfClock(c.Key, c.Value, forward));
}
