using Microsoft.EntityFrameworkCore;
using Sync.Capture;
using Sync.Delivery;
using Sync.Outbox;
using Sync.Ownership;

namespace Sync.Reconcile;

/// <summary>Sends the owner's rows again as changes of their own: a new position each, so that they win over whatever the receiver has, in order with live writes.</summary>
internal sealed class Repair(SyncDatabase database, OwnershipStore ownerships, OutboxWriter outbox, SyncSignals signals)
{
    public async Task SendAsync(ModuleMap module, EntityMap entity, DbContext context, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        foreach (var some in keys.Chunk(500))
        {
            using (await database.EnterWriteAsync(cancellationToken))
            {
                await context.Database.OpenConnectionAsync(cancellationToken);
                try
                {
                    var connection = context.Database.GetDbConnection();
                    await using var transaction = await database.Dialect.BeginWriteAsync(connection, cancellationToken);
                    await context.Database.UseTransactionAsync(transaction, cancellationToken);
                    var row = await ownerships.EnterAsync(connection, transaction, module.Name, wait: true, cancellationToken);
                    if (row is not { State: OwnerState.Owner, Capture: true })
                        throw new OwnershipConflictException($"Module '{module.Name}' can be repaired by its owner only, with capture on.");
                    var rows = await SumsReader.PayloadsAsync(context, entity, some, entity.Changed, cancellationToken);
                    var changes = some.Select(key => rows.TryGetValue(key, out var payload)
                        ? new OutboxChange(entity.Name, key, entity.Changed, payload)
                        : new OutboxChange(entity.Name, key, entity.Removed, entity.WriteRemoved(key)));
                    await outbox.WriteAsync(connection, transaction, row, changes, wait: true, cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                }
                finally
                {
                    await context.Database.UseTransactionAsync(null, CancellationToken.None);
                    await context.Database.CloseConnectionAsync();
                }
            }

            signals.Written(module.Name).Give();
        }
    }
}
