namespace Strangler.Stages.Store;

/// <summary>A module's state and when it reached its stage.</summary>
internal sealed record StoredState(ModuleState State, DateTimeOffset StageSince);

/// <summary>One line of the audit log.</summary>
/// <param name="At">When it happened.</param>
/// <param name="Module">The module.</param>
/// <param name="Action">advance, rollback, judged, hold, detach, backfill, reconcile, parked-retry, parked-discard, switch-aborted, adopted.</param>
/// <param name="From">What it was before, for example <c>Shadow</c> or <c>Canary 10%</c>.</param>
/// <param name="To">What it became.</param>
/// <param name="Forced">True when a gate was skipped.</param>
/// <param name="Reason">Why, in the operator's words.</param>
/// <param name="Plan">The version of the plan at that time.</param>
/// <param name="Detail">The conditions that were skipped, or what went wrong.</param>
internal sealed record AuditEntry(
    DateTimeOffset At,
    string Module,
    string Action,
    string From,
    string To,
    bool Forced,
    string? Reason,
    string Plan,
    string? Detail);

/// <summary>A document of evidence on which a step was decided.</summary>
internal sealed record EvidenceRecord(DateTimeOffset At, string Module, string Kind, string Plan, string Document);

/// <summary>Another coordinator has changed the same row; whoever sees this has to stop and look again.</summary>
internal sealed class StateConflictException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The database has refused a second row where one may be.</summary>
    public static StateConflictException OfRow(Exception error) => new("Another coordinator has written the same at the same moment.", error);
}

/// <summary>The proxies' state cannot be used: it was written by a newer proxy, is no such database, or cannot be opened.</summary>
/// <param name="message">Names the file or the database and how to mend it.</param>
/// <param name="inner">What the database said.</param>
public sealed class StateStoreException(string message, Exception? inner = null) : Exception(message, inner);
