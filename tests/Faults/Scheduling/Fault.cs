using System.Globalization;
using Faults.Wire;

namespace Faults.Scheduling;

/// <summary>What is done to a process, a database or the wire.</summary>
internal enum FaultKind
{
    /// <summary>kill -9 at a line of the switch, and a start after a while.</summary>
    Kill,

    /// <summary>SIGSTOP at a line of the switch; SIGCONT once the switch has gone on without it, or after a while.</summary>
    Pause,

    /// <summary>Somebody else holds what every writer of the database needs, for a while.</summary>
    Lock,

    /// <summary>The disk under the database is full for a while.</summary>
    FullDisk,

    /// <summary>A database server ends all connections to a database.</summary>
    Disconnect,

    /// <summary>kill -9 of one process of the database server, which ends all connections to all databases and recovers.</summary>
    Crash,

    /// <summary>Deliveries between the sides meet faults all through the round.</summary>
    Wire,

    /// <summary>From a line of the switch on nothing is delivered between the sides, until it has given up: it cannot drain and is aborted.</summary>
    Cut,

    /// <summary>After the switch, calls and deliveries of earlier epochs arrive once more.</summary>
    Echo,
}

/// <summary>One fault of one round.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Point">The line of the switch at which it is done; empty for those that are not tied to one.</param>
/// <param name="Victim">legacy, service, coordinator, bystander (the other proxy), state (the proxies' database), server (of all databases), or wire.</param>
/// <param name="Lasts">For how long.</param>
/// <param name="WireFaults">What deliveries meet.</param>
/// <param name="Percent">How many of a hundred deliveries meet it.</param>
internal sealed record Fault(FaultKind Kind, string Point, string Victim, TimeSpan Lasts, IReadOnlyList<WireFault> WireFaults, int Percent)
{
    /// <summary>True for what is done to a database.</summary>
    public bool IsOfDatabase => Kind is FaultKind.Lock or FaultKind.FullDisk or FaultKind.Disconnect or FaultKind.Crash;

    public static Fault Of(FaultKind kind, string point, string victim, TimeSpan lasts) => new(kind, point, victim, lasts, [], 0);

    /// <summary>What a round in the given direction covers with this fault.</summary>
    public IEnumerable<Cell> Cells(bool forward) => Kind == FaultKind.Wire
        ? WireFaults.Select(fault => Cell.OfWire(fault, forward))
        : [new Cell(Kind == FaultKind.Echo ? "Echo" : $"{Kind} {Victim}", Point, forward)];

    public override string ToString() => Kind switch
    {
        FaultKind.Wire => string.Create(CultureInfo.InvariantCulture, $"{Percent}% {string.Join('/', WireFaults)}"),
        FaultKind.Echo => "echo",
        FaultKind.Cut => $"wire cut from {Point} on",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Kind} {Victim}{(Point.Length > 0 ? $" at {Point}" : "")} for {Lasts.TotalSeconds:0.0} s"),
    };
}
