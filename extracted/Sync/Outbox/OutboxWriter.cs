using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Sync.Databases;
using Sync.Delivery;
using Sync.Ownership;

namespace Sync.Outbox;

/// <summary>Writes changes, and one delivery for each receiver, in the transaction of the business write.</summary>
internal sealed class OutboxWriter(SyncDatabase database, Receivers receivers, TimeProvider time)
{
    /// <returns>The position of the last change.</returns>
    public async ValueTask<long> WriteAsync(DbConnection connection, DbTransaction transaction, ModuleOwnership owner, IEnumerable<OutboxChange> changes, bool wait, CancellationToken cancellationToken)
    {
        var created = time.GetUtcNow().ToUnixTimeMilliseconds();
        var names = (owner.PeerRetired ? receivers.SubscribersOf(owner.Module) : receivers.Of(owner.Module)).Select(receiver => receiver.Name);
        using var insert = connection.Command(transaction, database.Sql.InsertOutbox,
            ("@module", owner.Module), ("@entity", null), ("@key", null), ("@type", null), ("@epoch", owner.Epoch), ("@payload", null), ("@traceparent", Activity.Current?.Id), ("@created", created),
            ("@receivers", JsonSerializer.Serialize(names)));
        var position = 0L;
        foreach (var change in changes)
        {
            insert.Parameters[1].Value = change.Entity;
            insert.Parameters[2].Value = change.Key;
            insert.Parameters[3].Value = change.Type;
            insert.Parameters[5].Value = change.Payload;
            position = Convert.ToInt64(await insert.ScalarAsync(wait, cancellationToken), CultureInfo.InvariantCulture);
        }

        return position;
    }
}
