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

    /// <summary>Another process holds the database's write lock for a while.</summary>
    Lock,

    /// <summary>The disk under the database is full for a while.</summary>
    FullDisk,

    /// <summary>Deliveries between the sides meet faults all through the round.</summary>
    Wire,

    /// <summary>From a line of the switch on nothing is delivered between the sides for a while: it cannot drain and is aborted.</summary>
    Cut,

    /// <summary>After the switch, calls and deliveries of earlier epochs arrive once more.</summary>
    Echo,
}

/// <summary>One fault of one round.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Point">The line of the switch at which it is done; empty for those that are not tied to one.</param>
/// <param name="Victim">legacy, service, coordinator, bystander (the other proxy), or state (the proxies' database).</param>
/// <param name="Lasts">For how long.</param>
/// <param name="WireFaults">What deliveries meet.</param>
/// <param name="Percent">How many of a hundred deliveries meet it.</param>
internal sealed record Fault(FaultKind Kind, string Point, string Victim, TimeSpan Lasts, IReadOnlyList<WireFault> WireFaults, int Percent)
{
    public static Fault Of(FaultKind kind, string point, string victim, TimeSpan lasts) => new(kind, point, victim, lasts, [], 0);

    public override string ToString() => Kind switch
    {
        FaultKind.Wire => string.Create(CultureInfo.InvariantCulture, $"{Percent}% {string.Join('/', WireFaults)}"),
        FaultKind.Echo => "echo",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Kind} {Victim}{(Point.Length > 0 ? $" at {Point}" : "")} for {Lasts.TotalSeconds:0.0} s"),
    };
}
