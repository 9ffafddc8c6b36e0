using Strangler.Stages.Switching;

namespace Strangler.Stages.Store;

/// <summary>
/// What the proxies of one system keep together: module states, the journal of ownership switches, leases, the audit log and evidence.
/// A state is saved only over the version it was made from, and a journal entry only by the coordinator that holds its token.
/// </summary>
internal interface IStageStore
{
    /// <summary>All saved states. A module without one has never left <see cref="ModuleState.Initial"/>.</summary>
    Task<IReadOnlyList<StoredState>> StatesAsync(CancellationToken cancellation);

    /// <summary>The module's saved state, or null.</summary>
    Task<StoredState?> StateAsync(string module, CancellationToken cancellation);

    /// <summary>Saves <paramref name="next"/> over version <c>next.Version - 1</c>, with its audit entry, in one transaction.</summary>
    /// <exception cref="StateConflictException">Another coordinator has saved a state in between.</exception>
    Task SaveAsync(ModuleState next, AuditEntry audit, CancellationToken cancellation);

    /// <summary>The module's unfinished switch, or null.</summary>
    Task<SwitchEntry?> OpenSwitchAsync(string module, CancellationToken cancellation);

    /// <summary>The modules with an unfinished switch.</summary>
    Task<IReadOnlyList<string>> ModulesSwitchingAsync(CancellationToken cancellation);

    /// <summary>Writes a new journal entry and the state that holds writes, in one transaction, and returns the entry with its id.</summary>
    Task<SwitchEntry> BeginSwitchAsync(SwitchEntry entry, ModuleState held, CancellationToken cancellation);

    /// <summary>Makes <paramref name="token"/> the only one that may write the entry, and returns the entry as it is by then.</summary>
    /// <exception cref="StateConflictException">The switch has ended, or a later token has it.</exception>
    Task<SwitchEntry> TakeOverSwitchAsync(SwitchEntry entry, long token, CancellationToken cancellation);

    /// <summary>Writes the entry as it is, and with it the state and the audit entry where given, in one transaction.</summary>
    /// <exception cref="StateConflictException">The token is no longer the entry's, or the state has moved on.</exception>
    Task WriteSwitchAsync(SwitchEntry entry, ModuleState? state, AuditEntry? audit, CancellationToken cancellation);

    /// <summary>Takes or renews a lease: granted when it is free, has run out, is <paramref name="holder"/>'s own, or its holder is known dead.</summary>
    /// <returns>The lease's token, which grows with every change of holder, or null when another holds it.</returns>
    Task<long?> TakeLeaseAsync(string name, string holder, TimeSpan duration, CancellationToken cancellation);

    /// <summary>Gives a lease back; nothing happens when it is not <paramref name="holder"/>'s.</summary>
    Task ReleaseLeaseAsync(string name, string holder, CancellationToken cancellation);

    /// <summary>Appends to the audit log without a change of state.</summary>
    Task AuditAsync(AuditEntry entry, CancellationToken cancellation);

    /// <summary>The audit log, newest first.</summary>
    Task<IReadOnlyList<AuditEntry>> AuditLogAsync(string? module, int limit, CancellationToken cancellation);

    /// <summary>Keeps a document of evidence, as JSON, on which a step was decided.</summary>
    Task KeepEvidenceAsync(EvidenceRecord record, CancellationToken cancellation);

    /// <summary>The documents of evidence of a module, newest first.</summary>
    Task<IReadOnlyList<EvidenceRecord>> EvidenceAsync(string module, int limit, CancellationToken cancellation);
}
