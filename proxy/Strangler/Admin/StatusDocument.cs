using Strangler.Evidence;
using Strangler.Mirroring.DryRuns;
using Strangler.Stages;
using Strangler.Stages.Gates;
using Strangler.Stages.Judging;
using Strangler.Stages.Sides;

namespace Strangler.Admin;

/// <summary>The answer to <c>status</c>.</summary>
internal sealed record StatusDocument(IReadOnlyList<ModuleDocument> Modules, string Plan);

/// <summary>Where a module stands.</summary>
internal sealed record ModuleDocument(
    string Name,
    Stage Stage,
    int Percent,
    string Owner,
    long Epoch,
    string Data,
    bool Switching,
    SwitchDocument? Switch,
    DateTimeOffset Since,
    SyncDocument Sync,
    HealthDocument Health,
    Stage? Next,
    IReadOnlyList<EndpointDocument> Endpoints,
    long Fallbacks,
    IReadOnlyList<Condition> Conditions,
    IReadOnlyList<string> Unmet,
    CanaryVerdict? Canary,
    JudgedDocument? Judged);

/// <summary>Why the judge has taken the reads back, while the module is where that has brought it.</summary>
internal sealed record JudgedDocument(DateTimeOffset At, string Reason);

/// <summary>An ownership switch that is under way.</summary>
internal sealed record SwitchDocument(string Phase, string To, long Epoch, DateTimeOffset StartedAt, string? Error);

/// <summary>How far the copy is behind; null where the owner does not say.</summary>
internal sealed record SyncDocument(
    long? Pending, long? Parked, double? LagSeconds, BackfillStatus? Backfill, ReconcileStatus? Reconcile, bool Detached, ForeignReads? ForeignReads, string? Legacy, string? Service);

/// <summary>Whether the sides answer.</summary>
internal sealed record HealthDocument(string Legacy, string Service);

/// <summary>What has been counted for an endpoint.</summary>
internal sealed record EndpointDocument(
    string Id,
    string Match,
    bool Writes,
    Stage Stage,
    bool Held,
    IReadOnlyDictionary<string, long> Counts,
    long ServedByLegacy,
    long ServedByService,
    long Fallbacks,
    long OwnWriteReads,
    long Retries,
    long ServiceErrors,
    long LegacyErrors,
    long OwnWriteWaits,
    IReadOnlyList<StatusEvidence> ByStatus)
{
    /// <summary>Mirrored requests: those in <see cref="Counts"/> and those that wait.</summary>
    public long TakenIn { get; init; }

    public long Waiting { get; init; }

    /// <summary>What the dry runs of a writing endpoint say besides their classes; null when there were none.</summary>
    public DryRunDocument? DryRuns { get; init; }

    /// <summary>What one side answers differently by itself: differences there do not count.</summary>
    public IReadOnlyList<NoiseDocument> Noise { get; init; } = [];
}
