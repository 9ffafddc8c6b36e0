using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Sync.Ownership;

namespace Sync.Capture;

/// <summary>What a save has begun and must end: the transaction and turn when they are its own, and what it changes.</summary>
internal sealed class SaveInProgress
{
    public List<(ModuleOwnership Ownership, List<PendingChange> Changes)> Modules { get; } = [];

    public IDbContextTransaction? OwnTransaction { get; set; }

    /// <summary>Where savepoints have been turned off for this save alone.</summary>
    public DatabaseFacade? SavepointsOf { get; set; }

    public IDisposable? Turn { get; set; }

    /// <summary>What the context knew before, for when the save fails behind Entity Framework's back.</summary>
    public TrackedStates? Before { get; set; }

    /// <summary>False for the saves of contexts that are no module's.</summary>
    public bool IsChecked { get; set; }
}
