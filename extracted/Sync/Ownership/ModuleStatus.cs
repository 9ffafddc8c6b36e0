using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Options;
using Sync.Backfill;
using Sync.Capture;
using Sync.Databases;
using Sync.Delivery;
using Sync.Outbox;
using Sync.Reconcile;

namespace Sync.Ownership;

internal sealed record BackfillStatus(string State, long Rows, long Total, double RowsPerSecond, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, string? Error);

internal sealed record ForeignReadsStatus(long Count, DateTimeOffset? LastAt);

/// <summary>What a side tells of a module.</summary>
internal sealed record ModuleStatus(
    string Module, string Side, string State, long Epoch, bool Capture, bool Detached, long Position, long Acknowledged, long Pending, long Parked, double LagSeconds,
    BackfillStatus Backfill, ReconcileResult Reconcile, ForeignReadsStatus ForeignReads);

/// <summary>Gathers a module's status from one state of the database.</summary>
internal sealed class ModuleStatusReader(
    SyncDatabase database, OwnershipStore ownerships, DeliveryStore deliveries, Receivers receivers, ModuleWork work, ForeignReads foreignReads, SettledPositions settled, IOptions<SyncOptions> options, TimeProvider time)
{
    public Task<ModuleStatus> ReadAsync(ModuleMap module, CancellationToken cancellationToken) => database.ReadAsync(connection => ReadAsync(connection, module, cancellationToken), cancellationToken);

    private async Task<ModuleStatus> ReadAsync(DbConnection connection, ModuleMap module, CancellationToken cancellationToken)
    {
        var through = await settled.ReadAsync(connection, module.Name, cancellationToken);
        var snapshot = database.Dialect.BeginSnapshot(connection);
        try
        {
            return await ReadAsync(connection, snapshot, module, through, cancellationToken);
        }
        finally
        {
            await database.Dialect.EndSnapshotAsync(snapshot);
        }
    }

    private async Task<ModuleStatus> ReadAsync(DbConnection connection, DbTransaction snapshot, ModuleMap module, long through, CancellationToken cancellationToken)
    {
        var row = await ownerships.ReadAsync(connection, snapshot, module.Name, wait: true, cancellationToken);
        var position = Convert.ToInt64(await connection.Command(snapshot, database.Sql.LastPosition).ScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        var backlog = receivers.PeerOf(module.Name) is { } peer ? await deliveries.ReadBacklogAsync(connection, snapshot, peer.Name, cancellationToken) : new Backlog(null, 0, 0, null);
        var backfill = await work.BackfillOfAsync(module, cancellationToken);
        var (count, lastAt) = foreignReads.Of(module.Name);
        var lag = backlog.OldestCreated is { } oldest ? Math.Max(0, (time.GetUtcNow().ToUnixTimeMilliseconds() - oldest) / 1000d) : 0;
        return new ModuleStatus(
            module.Name, options.Value.Side.ToLowerInvariant(), row.State.ToString().ToLowerInvariant(), row.Epoch, row.Capture, row.Detached,
            position, Math.Min(backlog.Lowest - 1 ?? through, through), backlog.Waiting, backlog.Parked, lag,
            backfill is null
                ? new BackfillStatus("none", 0, 0, 0, null, null, null)
                : new BackfillStatus(backfill.State, backfill.Rows, backfill.Total, backfill.RowsPerSecond, Time(backfill.Started), Time(backfill.Finished), backfill.Error),
            await work.ReconcileOfAsync(module, cancellationToken),
            new ForeignReadsStatus(count, lastAt));
    }

    private static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
