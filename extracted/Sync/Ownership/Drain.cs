using System.Globalization;
using Sync.Capture;
using Sync.Databases;
using Sync.Delivery;

namespace Sync.Ownership;

/// <summary>How far a drain came.</summary>
internal sealed record DrainResult(bool Drained, long Acknowledged, long Parked);

/// <summary>Waits until the other side has acknowledged everything up to a position: woken by acknowledgements, not by a clock.</summary>
internal sealed class Drain(SyncDatabase database, Receivers receivers, DeliveryStore deliveries, SyncSignals signals, TimeProvider time)
{
    public async Task<DrainResult> WaitAsync(ModuleMap module, long position, TimeSpan limit, CancellationToken cancellationToken)
    {
        // Without another side nobody acknowledges, and nobody waits.
        if (receivers.PeerOf(module.Name) is not { } peer) return new DrainResult(true, position, 0);
        signals.Written(module.Name).Give();
        var started = time.GetTimestamp();
        while (true)
        {
            var acknowledged = signals.Acknowledged(peer.Name).Next;
            var (waiting, parked) = await deliveries.CountThroughAsync(peer.Name, position, cancellationToken);
            var left = limit - time.GetElapsedTime(started);
            if (waiting == 0 || left <= TimeSpan.Zero) return new DrainResult(waiting == 0, await AcknowledgedAsync(peer, cancellationToken), parked);
            // Another instance of this side may be the one that sends: look again now and then.
            var again = left < TimeSpan.FromMilliseconds(250) ? left : TimeSpan.FromMilliseconds(250);
            await Task.WhenAny(acknowledged, Task.Delay(again, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<long> AcknowledgedAsync(Receiver peer, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var snapshot = database.Dialect.BeginSnapshot(connection);
        var backlog = await deliveries.ReadBacklogAsync(connection, snapshot, peer.Name, cancellationToken);
        return backlog.Lowest - 1 ?? Convert.ToInt64(await connection.Command(snapshot, database.Sql.LastPosition).ScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }
}
