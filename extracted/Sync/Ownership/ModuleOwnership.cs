namespace Sync.Ownership;

/// <summary>The ownership row of a module on this side.</summary>
/// <param name="Module">The module.</param>
/// <param name="State">What this side is to it.</param>
/// <param name="Epoch">The highest epoch seen.</param>
/// <param name="Floor">Messages of this epoch and below are stale here: this side has been owner since, or has begun anew.</param>
/// <param name="Capture">Whether the owner's changes go to the outbox.</param>
/// <param name="Detached">Whether other modules here read the module's data from the service.</param>
/// <param name="PeerRetired">Whether what is captured goes to the subscribers alone, because the other side is retired.</param>
internal sealed record ModuleOwnership(string Module, OwnerState State, long Epoch, long Floor, bool Capture, bool Detached, bool PeerRetired = false)
{
    /// <summary>False on a side that was never told to follow, such as one that has lost its database: what it holds is not all there is.</summary>
    public bool HasBegun => Epoch > 0;
}
