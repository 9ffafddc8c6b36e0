using System.Data.Common;
using Sync.Capture;
using Sync.Databases;

namespace Sync.Delivery;

/// <summary>A change that its receiver refused to the last attempt.</summary>
internal sealed record ParkedChange(string Receiver, long Position, string Entity, string Key, string Type, long Epoch, int Attempts, string? Error, DateTimeOffset CreatedAt);

/// <summary>The parked changes of a module, for the operator.</summary>
internal sealed class ParkedStore(SyncDatabase database, Receivers receivers, SyncSignals signals)
{
    private const int MostListed = 1_000;

    public Task<IReadOnlyList<ParkedChange>> ListAsync(ModuleMap module, CancellationToken cancellationToken) => database.ReadAsync(connection => ListAsync(connection, module, cancellationToken), cancellationToken);

    private async Task<IReadOnlyList<ParkedChange>> ListAsync(DbConnection connection, ModuleMap module, CancellationToken cancellationToken)
    {
        var parked = new List<ParkedChange>();
        foreach (var receiver in receivers.Of(module.Name))
        {
            parked.AddRange(await connection.Command(null, database.Sql.ReadParked, ("@receiver", receiver.Name), ("@limit", MostListed)).ListAsync(
                row => new ParkedChange(
                    receiver.Name, row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetInt32(5),
                    row.IsDBNull(6) ? null : row.GetString(6), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(7))),
                cancellationToken));
        }

        return parked;
    }

    public async Task<int> RetryAsync(ModuleMap module, IReadOnlyList<long> positions, CancellationToken cancellationToken)
    {
        var count = await EachAsync(module, database.Sql.RetryParked, positions, cancellationToken);
        signals.Written(module.Name).Give();
        return count;
    }

    /// <summary>Gives parked changes up: the sides differ from then on, until the key changes again or a reconcile repairs it.</summary>
    public async Task<int> DiscardAsync(ModuleMap module, IReadOnlyList<long> positions, CancellationToken cancellationToken)
    {
        var count = await EachAsync(module, database.Sql.DiscardParked, positions, cancellationToken);
        foreach (var receiver in receivers.Of(module.Name)) signals.Acknowledged(receiver.Name).Give();
        signals.Written(module.Name).Give();
        return count;
    }

    private async Task<int> EachAsync(ModuleMap module, string statement, IReadOnlyList<long> positions, CancellationToken cancellationToken)
    {
        var list = $"[{string.Join(',', positions)}]";
        return await database.WriteAsync(urgent: false, async (connection, transaction) =>
        {
            var count = 0;
            foreach (var receiver in receivers.Of(module.Name))
                count += await connection.Command(transaction, statement, ("@receiver", receiver.Name), ("@positions", list)).RunAsync(cancellationToken);
            await connection.Command(transaction, database.Sql.RemoveDelivered, ("@positions", list)).RunAsync(cancellationToken);
            return count;
        }, cancellationToken);
    }
}
