using System.Data.Common;
using System.Text.Json;
using Strangler.Stages.Switching;
using Parameters = (string Name, object? Value)[];

namespace Strangler.Stages.Store;

/// <summary>The store's records as rows: read in the order of <see cref="StageSql"/>'s columns, written by its parameters' names.</summary>
internal static class StageRows
{
    public static StoredState State(DbDataReader row) => new(
        new ModuleState(
            row.GetString(0), Enum.Parse<Stage>(row.GetString(1)), row.GetInt32(2), Enum.Parse<Side>(row.GetString(3)), row.GetInt64(4), row.GetBoolean(5),
            JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(6))!.ToDictionary(h => h.Key, h => Enum.Parse<Stage>(h.Value)), row.GetInt64(7)),
        Time(row, 8));

    public static Parameters NewState(ModuleState state, long now) =>
    [
        ("@module", state.Module), ("@stage", state.Stage.ToString()), ("@percent", state.CanaryPercent), ("@owner", state.Owner.ToString()), ("@epoch", state.Epoch),
        ("@switching", state.Switching), ("@held", JsonSerializer.Serialize(state.HeldEndpoints.ToDictionary(h => h.Key, h => h.Value.ToString()))),
        ("@version", state.Version), ("@now", now),
    ];

    public static SwitchEntry Switch(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), Enum.Parse<Side>(row.GetString(2)), Enum.Parse<Side>(row.GetString(3)), row.GetInt64(4), row.GetInt64(5),
        Enum.Parse<SwitchPhase>(row.GetString(6)), row.GetInt64(7), JsonSerializer.Deserialize<Dictionary<string, long>>(row.GetString(8))!,
        Enum.Parse<Stage>(row.GetString(9)), row.GetInt32(10), row.GetInt64(11), Time(row, 12),
        Text(row, 13) is { } outcome ? Enum.Parse<SwitchOutcome>(outcome) : null, Text(row, 14));

    public static Parameters NewSwitch(SwitchEntry entry) =>
    [
        ("@module", entry.Module), ("@from", entry.From.ToString()), ("@to", entry.To.ToString()), ("@old", entry.OldEpoch), ("@new", entry.NewEpoch),
        ("@phase", entry.Phase.ToString()), ("@position", entry.Position), ("@keys", JsonSerializer.Serialize(entry.Keys)),
        ("@stage", entry.TargetStage.ToString()), ("@percent", entry.TargetPercent), ("@token", entry.Token), ("@started", entry.StartedAt.ToUnixTimeMilliseconds()),
    ];

    public static Parameters ChangedSwitch(SwitchEntry entry) =>
    [
        ("@new", entry.NewEpoch), ("@phase", entry.Phase.ToString()), ("@position", entry.Position), ("@keys", JsonSerializer.Serialize(entry.Keys)),
        ("@outcome", entry.Outcome?.ToString()), ("@error", entry.Error), ("@id", entry.Id), ("@token", entry.Token),
    ];

    public static (string Holder, long Token, bool RanOut) Lease(DbDataReader row) => (row.GetString(0), row.GetInt64(1), row.GetBoolean(2));

    public static AuditEntry Audit(DbDataReader row) => new(
        Time(row, 0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetBoolean(5), Text(row, 6), row.GetString(7), Text(row, 8));

    public static Parameters NewAudit(AuditEntry entry) =>
    [
        ("@at", entry.At.ToUnixTimeMilliseconds()), ("@module", entry.Module), ("@action", entry.Action), ("@from", entry.From), ("@to", entry.To),
        ("@forced", entry.Forced), ("@reason", entry.Reason), ("@plan", entry.Plan), ("@detail", entry.Detail),
    ];

    public static EvidenceRecord Evidence(DbDataReader row) => new(Time(row, 0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4));

    public static Parameters NewEvidence(EvidenceRecord record) =>
    [
        ("@at", record.At.ToUnixTimeMilliseconds()), ("@module", record.Module), ("@kind", record.Kind), ("@plan", record.Plan), ("@document", record.Document),
    ];

    private static DateTimeOffset Time(DbDataReader row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
