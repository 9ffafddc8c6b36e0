using System.Data.Common;
using Strangler.Stages.Switching;

namespace Strangler.Stages.Store;

/// <summary>The store over any of the databases.</summary>
internal sealed class StageStore(StageDatabase database, TimeProvider time) : IStageStore, IDisposable
{
    private StageSql Sql => database.Sql;

    public async Task<IReadOnlyList<StoredState>> StatesAsync(CancellationToken cancellation) => await QueryAsync(Sql.States, StageRows.State, [], cancellation).ConfigureAwait(false);

    public async Task<StoredState?> StateAsync(string module, CancellationToken cancellation) =>
        (await QueryAsync(Sql.State, StageRows.State, [("@module", module)], cancellation).ConfigureAwait(false)).FirstOrDefault();

    public Task SaveAsync(ModuleState next, AuditEntry audit, CancellationToken cancellation) => database.WriteAsync(async session =>
    {
        await SaveAsync(session, next, cancellation).ConfigureAwait(false);
        return await AppendAsync(session, audit, cancellation).ConfigureAwait(false);
    }, cancellation);

    public async Task<SwitchEntry?> OpenSwitchAsync(string module, CancellationToken cancellation) =>
        (await QueryAsync(Sql.OpenSwitch, StageRows.Switch, [("@module", module)], cancellation).ConfigureAwait(false)).FirstOrDefault();

    public async Task<IReadOnlyList<string>> ModulesSwitchingAsync(CancellationToken cancellation) =>
        await QueryAsync(Sql.ModulesSwitching, static row => row.GetString(0), [], cancellation).ConfigureAwait(false);

    public Task<SwitchEntry> BeginSwitchAsync(SwitchEntry entry, ModuleState held, CancellationToken cancellation) => database.WriteAsync(async session =>
    {
        await SaveAsync(session, held, cancellation).ConfigureAwait(false);
        var id = await session.QueryAsync(Sql.BeginSwitch, static row => row.GetInt64(0), StageRows.NewSwitch(entry), cancellation).ConfigureAwait(false);
        return entry with { Id = id[0] };
    }, cancellation);

    public Task<SwitchEntry> TakeOverSwitchAsync(SwitchEntry entry, long token, CancellationToken cancellation) => database.WriteAsync(async session =>
    {
        var rows = await session.RunAsync(Sql.TakeOverSwitch, [("@token", token), ("@id", entry.Id)], cancellation).ConfigureAwait(false);
        if (rows != 1) throw new StateConflictException($"Another coordinator has taken over the switch of '{entry.Module}', or has ended it.");
        return (await session.QueryAsync(Sql.Switch, StageRows.Switch, [("@id", entry.Id)], cancellation).ConfigureAwait(false))[0];
    }, cancellation);

    public Task WriteSwitchAsync(SwitchEntry entry, ModuleState? state, AuditEntry? audit, CancellationToken cancellation) => database.WriteAsync(async session =>
    {
        var rows = await session.RunAsync(Sql.WriteSwitch, StageRows.ChangedSwitch(entry), cancellation).ConfigureAwait(false);
        if (rows != 1) throw new StateConflictException($"Another coordinator has taken over the switch of '{entry.Module}'.");
        if (state is not null) await SaveAsync(session, state, cancellation).ConfigureAwait(false);
        if (audit is not null) await AppendAsync(session, audit, cancellation).ConfigureAwait(false);
        return rows;
    }, cancellation);

    public Task<long?> TakeLeaseAsync(string name, string holder, TimeSpan duration, CancellationToken cancellation) => database.WriteAsync(async session =>
    {
        var now = Now();
        await session.RunAsync(Sql.PrepareLease, [("@name", name)], cancellation).ConfigureAwait(false);
        var lease = (await session.QueryAsync(Sql.ReadLease, StageRows.Lease, [("@name", name), ("@now", now)], cancellation).ConfigureAwait(false))[0];
        var mine = lease.Holder == holder;
        if (!mine && !lease.RanOut && !LeaseHolder.IsKnownDead(lease.Holder)) return (long?)null;
        var token = mine ? lease.Token : lease.Token + 1;
        await session.RunAsync(
            Sql.WriteLease,
            [("@name", name), ("@holder", holder), ("@token", token), ("@duration", (long)duration.TotalMilliseconds), ("@now", now)], cancellation).ConfigureAwait(false);
        return token;
    }, cancellation);

    public Task ReleaseLeaseAsync(string name, string holder, CancellationToken cancellation) =>
        database.WriteAsync(session => session.RunAsync(Sql.ReleaseLease, [("@name", name), ("@holder", holder)], cancellation), cancellation);

    public Task AuditAsync(AuditEntry entry, CancellationToken cancellation) => database.WriteAsync(session => AppendAsync(session, entry, cancellation), cancellation);

    public async Task<IReadOnlyList<AuditEntry>> AuditLogAsync(string? module, int limit, CancellationToken cancellation) => module is null
        ? await QueryAsync(Sql.AuditLog, StageRows.Audit, [("@limit", limit)], cancellation).ConfigureAwait(false)
        : await QueryAsync(Sql.AuditLogOfModule, StageRows.Audit, [("@module", module), ("@limit", limit)], cancellation).ConfigureAwait(false);

    public Task KeepEvidenceAsync(EvidenceRecord record, CancellationToken cancellation) => database.WriteAsync(
        session => session.RunAsync(Sql.KeepEvidence, StageRows.NewEvidence(record), cancellation), cancellation);

    public async Task<IReadOnlyList<EvidenceRecord>> EvidenceAsync(string module, int limit, CancellationToken cancellation) =>
        await QueryAsync(Sql.Evidence, StageRows.Evidence, [("@module", module), ("@limit", limit)], cancellation).ConfigureAwait(false);

    public void Dispose() => database.Dispose();

    private Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, (string Name, object? Value)[] parameters, CancellationToken cancellation) =>
        database.ReadAsync(session => session.QueryAsync(sql, read, parameters, cancellation), cancellation);

    private async Task SaveAsync(StageSession session, ModuleState next, CancellationToken cancellation)
    {
        if (await session.RunAsync(Sql.Save, StageRows.NewState(next, Now()), cancellation).ConfigureAwait(false) != 1)
            throw new StateConflictException($"The state of '{next.Module}' has been changed by another coordinator.");
    }

    private Task<int> AppendAsync(StageSession session, AuditEntry entry, CancellationToken cancellation) => session.RunAsync(Sql.Audit, StageRows.NewAudit(entry), cancellation);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
