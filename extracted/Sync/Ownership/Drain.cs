using System.Globalization;
using Sync.Capture;
using Sync.Databases;
using Sync.Delivery;
using Sync.Outbox;

namespace Sync.Ownership;

/// <summary>How far a drain came.</summary>
internal sealed record DrainResult(bool Drained, long Acknowledged, long Parked);

/// <summary>Waits until the other side has acknowledged everything up to a position: woken by acknowledgements, not by a clock.</summary>
internal sealed class Drain(SyncDatabase database, Receivers receivers, DeliveryStore deliveries, SyncSignals signals, SettledPositions settled, TimeProvider time)
{
    public async Task<DrainResult> WaitAsync(ModuleMap module, long position, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (receivers.PeerOf(module.Name) is not { } peer)
            throw new OwnershipConflictException($"Module '{module.Name}' has no other side that could acknowledge anything: set Sync:Peers:{module.Name} to its address.");
        signals.Written(module.Name).Give();
        var started = time.GetTimestamp();
        var last = long.MaxValue;
        while (true)
        {
            var acknowledged = signals.Acknowledged(peer.Name).Next;
            // First what is settled, then what of it waits: a change that commits in between is not counted over.
            var reached = await ReadSettledAsync(module, cancellationToken);
            if (last == long.MaxValue) last = reached.Last;
            var through = Math.Min(position, last);
            var (waiting, parked) = await deliveries.CountThroughAsync(peer.Name, through, cancellationToken);
            var drained = waiting == 0 && reached.Settled >= through;
            var left = limit - time.GetElapsedTime(started);
            if (drained || left <= TimeSpan.Zero) return new DrainResult(drained, await AcknowledgedAsync(peer, reached.Settled, cancellationToken), parked);
            // Another instance of this side may be the one that sends: look again now and then. Nobody tells of a transaction's end.
            var pause = TimeSpan.FromMilliseconds(waiting == 0 ? 5 : 250);
            var again = left < pause ? left : pause;
            await Task.WhenAny(acknowledged, Task.Delay(again, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private Task<(long Last, long Settled)> ReadSettledAsync(ModuleMap module, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        var last = Convert.ToInt64(await connection.Command(null, database.Sql.LastPosition).ScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        return (last, await settled.ReadAsync(connection, module.Name, cancellationToken));
    }, cancellationToken);

    private async Task<long> AcknowledgedAsync(Receiver peer, long through, CancellationToken cancellationToken)
    {
        var backlog = await database.ReadAsync(connection => deliveries.ReadBacklogAsync(connection, null, peer.Name, cancellationToken), cancellationToken);
        return Math.Min(backlog.Lowest - 1 ?? through, through);
    }
}
