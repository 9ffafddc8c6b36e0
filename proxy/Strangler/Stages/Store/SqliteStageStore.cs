using System.Text.Json;
using Microsoft.Data.Sqlite;
using Strangler.Stages.Switching;

namespace Strangler.Stages.Store;

/// <summary>The store in a SQLite file. Several proxies of one machine may share it.</summary>
internal sealed class SqliteStageStore(string file, TimeProvider time) : IStageStore, IDisposable
{
    private const string SwitchColumns =
        "id, module, from_side, to_side, old_epoch, new_epoch, phase, position, keys, target_stage, target_percent, token, started_at, outcome, error";

    private readonly SqliteDatabase _database = new(file);

    public Task<IReadOnlyList<StoredState>> StatesAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<StoredState>>(_database.Query("SELECT module, stage, canary_percent, owner, epoch, switching, held, version, stage_since FROM module_state", ReadState));

    public Task<StoredState?> StateAsync(string module, CancellationToken cancellation) => Task.FromResult(
        _database.Query("SELECT module, stage, canary_percent, owner, epoch, switching, held, version, stage_since FROM module_state WHERE module = $module", ReadState, ("$module", module)).FirstOrDefault());

    public Task SaveAsync(ModuleState next, AuditEntry audit, CancellationToken cancellation)
    {
        _database.Write(database =>
        {
            Save(database, next);
            Append(database, audit);
            return 0;
        });
        return Task.CompletedTask;
    }

    public Task<SwitchEntry?> OpenSwitchAsync(string module, CancellationToken cancellation) => Task.FromResult(
        _database.Query($"SELECT {SwitchColumns} FROM switch_journal WHERE module = $module AND outcome IS NULL", ReadSwitch, ("$module", module)).FirstOrDefault());

    public Task<IReadOnlyList<string>> ModulesSwitchingAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>(
        _database.Query("SELECT module FROM switch_journal WHERE outcome IS NULL", r => r.GetString(0)));

    public Task<SwitchEntry> BeginSwitchAsync(SwitchEntry entry, ModuleState held, CancellationToken cancellation) => Task.FromResult(_database.Write(database =>
    {
        Save(database, held);
        database.Run(
            """
            INSERT INTO switch_journal (module, from_side, to_side, old_epoch, new_epoch, phase, position, keys, target_stage, target_percent, token, started_at)
            VALUES ($module, $from, $to, $old, $new, $phase, $position, $keys, $stage, $percent, $token, $started)
            """,
            ("$module", entry.Module), ("$from", entry.From.ToString()), ("$to", entry.To.ToString()), ("$old", entry.OldEpoch), ("$new", entry.NewEpoch),
            ("$phase", entry.Phase.ToString()), ("$position", entry.Position), ("$keys", JsonSerializer.Serialize(entry.Keys)),
            ("$stage", entry.TargetStage.ToString()), ("$percent", entry.TargetPercent), ("$token", entry.Token), ("$started", entry.StartedAt.ToUnixTimeMilliseconds()));
        return entry with { Id = database.Query("SELECT last_insert_rowid()", r => r.GetInt64(0))[0] };
    }));

    public Task<SwitchEntry> TakeOverSwitchAsync(SwitchEntry entry, long token, CancellationToken cancellation) => Task.FromResult(_database.Write(database =>
    {
        var rows = database.Run("UPDATE switch_journal SET token = $token WHERE id = $id AND outcome IS NULL AND token < $token", ("$token", token), ("$id", entry.Id));
        if (rows != 1) throw new StateConflictException($"Another coordinator has taken over the switch of '{entry.Module}', or has ended it.");
        return database.Query($"SELECT {SwitchColumns} FROM switch_journal WHERE id = $id", ReadSwitch, ("$id", entry.Id))[0];
    }));

    public Task WriteSwitchAsync(SwitchEntry entry, ModuleState? state, AuditEntry? audit, CancellationToken cancellation)
    {
        _database.Write(database =>
        {
            var rows = database.Run(
                """
                UPDATE switch_journal SET new_epoch = $new, phase = $phase, position = $position, keys = $keys, outcome = $outcome, error = $error
                WHERE id = $id AND token = $token AND outcome IS NULL
                """,
                ("$new", entry.NewEpoch), ("$phase", entry.Phase.ToString()), ("$position", entry.Position), ("$keys", JsonSerializer.Serialize(entry.Keys)),
                ("$outcome", entry.Outcome?.ToString()), ("$error", entry.Error), ("$id", entry.Id), ("$token", entry.Token));
            if (rows != 1) throw new StateConflictException($"Another coordinator has taken over the switch of '{entry.Module}'.");
            if (state is not null) Save(database, state);
            if (audit is not null) Append(database, audit);
            return 0;
        });
        return Task.CompletedTask;
    }

    public Task<long?> TakeLeaseAsync(string name, string holder, TimeSpan duration, CancellationToken cancellation) => Task.FromResult(_database.Write(database =>
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var row = database.Query("SELECT holder, token, until FROM lease WHERE name = $name", r => (Holder: r.GetString(0), Token: r.GetInt64(1), Until: r.GetInt64(2)), ("$name", name));
        var mine = row.Count > 0 && row[0].Holder == holder;
        if (row.Count > 0 && !mine && row[0].Until > now && !LeaseHolder.IsKnownDead(row[0].Holder)) return (long?)null;
        var token = row.Count == 0 ? 1 : mine ? row[0].Token : row[0].Token + 1;
        database.Run(
            "INSERT INTO lease (name, holder, token, until) VALUES ($name, $holder, $token, $until) ON CONFLICT (name) DO UPDATE SET holder = $holder, token = $token, until = $until",
            ("$name", name), ("$holder", holder), ("$token", token), ("$until", now + (long)duration.TotalMilliseconds));
        return token;
    }));

    public Task ReleaseLeaseAsync(string name, string holder, CancellationToken cancellation)
    {
        _database.Run("UPDATE lease SET until = 0 WHERE name = $name AND holder = $holder", ("$name", name), ("$holder", holder));
        return Task.CompletedTask;
    }

    public Task AuditAsync(AuditEntry entry, CancellationToken cancellation)
    {
        Append(_database, entry);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<AuditEntry>> AuditLogAsync(string? module, int limit, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<AuditEntry>>(_database.Query(
        """SELECT at, module, action, "from", "to", forced, reason, plan, detail FROM audit WHERE $module IS NULL OR module = $module ORDER BY id DESC LIMIT $limit""",
        r => new AuditEntry(Time(r, 0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4), r.GetBoolean(5), Text(r, 6), r.GetString(7), Text(r, 8)),
        ("$module", module), ("$limit", limit)));

    public Task KeepEvidenceAsync(EvidenceRecord record, CancellationToken cancellation)
    {
        _database.Run("INSERT INTO evidence (at, module, kind, plan, document) VALUES ($at, $module, $kind, $plan, $document)",
            ("$at", record.At.ToUnixTimeMilliseconds()), ("$module", record.Module), ("$kind", record.Kind), ("$plan", record.Plan), ("$document", record.Document));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<EvidenceRecord>> EvidenceAsync(string module, int limit, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<EvidenceRecord>>(_database.Query(
        "SELECT at, module, kind, plan, document FROM evidence WHERE module = $module ORDER BY id DESC LIMIT $limit",
        r => new EvidenceRecord(Time(r, 0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4)), ("$module", module), ("$limit", limit)));

    public void Dispose() => _database.Dispose();

    private void Save(SqliteDatabase database, ModuleState next)
    {
        var rows = database.Run(
            """
            INSERT INTO module_state (module, stage, canary_percent, owner, epoch, switching, held, version, stage_since)
            VALUES ($module, $stage, $percent, $owner, $epoch, $switching, $held, $version, $now)
            ON CONFLICT (module) DO UPDATE SET
                stage_since = CASE WHEN stage = $stage THEN stage_since ELSE $now END,
                stage = $stage, canary_percent = $percent, owner = $owner, epoch = $epoch, switching = $switching, held = $held, version = $version
            WHERE version = $version - 1
            """,
            ("$module", next.Module), ("$stage", next.Stage.ToString()), ("$percent", next.CanaryPercent), ("$owner", next.Owner.ToString()), ("$epoch", next.Epoch),
            ("$switching", next.Switching), ("$held", JsonSerializer.Serialize(next.HeldEndpoints.ToDictionary(h => h.Key, h => h.Value.ToString()))),
            ("$version", next.Version), ("$now", time.GetUtcNow().ToUnixTimeMilliseconds()));
        if (rows != 1) throw new StateConflictException($"The state of '{next.Module}' has been changed by another coordinator.");
    }

    private static void Append(SqliteDatabase database, AuditEntry entry) => database.Run(
        """INSERT INTO audit (at, module, action, "from", "to", forced, reason, plan, detail) VALUES ($at, $module, $action, $from, $to, $forced, $reason, $plan, $detail)""",
        ("$at", entry.At.ToUnixTimeMilliseconds()), ("$module", entry.Module), ("$action", entry.Action), ("$from", entry.From), ("$to", entry.To),
        ("$forced", entry.Forced), ("$reason", entry.Reason), ("$plan", entry.Plan), ("$detail", entry.Detail));

    private static StoredState ReadState(SqliteDataReader row) => new(
        new ModuleState(
            row.GetString(0), Enum.Parse<Stage>(row.GetString(1)), row.GetInt32(2), Enum.Parse<Side>(row.GetString(3)), row.GetInt64(4), row.GetBoolean(5),
            JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(6))!.ToDictionary(h => h.Key, h => Enum.Parse<Stage>(h.Value)), row.GetInt64(7)),
        Time(row, 8));

    private static SwitchEntry ReadSwitch(SqliteDataReader row) => new(
        row.GetInt64(0), row.GetString(1), Enum.Parse<Side>(row.GetString(2)), Enum.Parse<Side>(row.GetString(3)), row.GetInt64(4), row.GetInt64(5),
        Enum.Parse<SwitchPhase>(row.GetString(6)), row.GetInt64(7), JsonSerializer.Deserialize<Dictionary<string, long>>(row.GetString(8))!,
        Enum.Parse<Stage>(row.GetString(9)), row.GetInt32(10), row.GetInt64(11), Time(row, 12),
        Text(row, 13) is { } outcome ? Enum.Parse<SwitchOutcome>(outcome) : null, Text(row, 14));

    private static DateTimeOffset Time(SqliteDataReader row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
