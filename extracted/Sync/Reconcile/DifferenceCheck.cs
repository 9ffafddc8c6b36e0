using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sync.Backfill;
using Sync.Capture;
using Sync.Databases;
using Sync.Outbox;
using Sync.Ownership;

namespace Sync.Reconcile;

/// <summary>Tells differences from lag: a key counts when nothing of it is on its way and it has been seen different twice, the owner's row unchanged in between.</summary>
internal sealed class DifferenceCheck(SyncDatabase database, OwnershipStore ownerships, SettledPositions settled, SumsClient other, Drain drain, TimeProvider time)
{
    private const int MostRounds = 10;

    public async Task<List<Difference>> ConfirmAsync(ModuleMap module, EntityMap entity, DbContext context, IEnumerable<string> keys, string type, CancellationToken cancellationToken)
    {
        var open = keys.ToHashSet(StringComparer.Ordinal);
        var seen = new Dictionary<string, ulong>(StringComparer.Ordinal);
        var confirmed = new List<Difference>();
        for (var round = 0; round < MostRounds && open.Count > 0; round++)
        {
            if (round > 0) await Task.Delay(TimeSpan.FromMilliseconds(20 * round), time, cancellationToken);
            var asked = open.ToArray();
            Dictionary<string, byte[]> own;
            HashSet<string> waiting;
            await using (var snapshot = await OwnerSnapshot.OpenAsync(database, ownerships, settled, module, context, cancellationToken))
            {
                own = await SumsReader.PayloadsAsync(context, entity, asked, type, cancellationToken);
                waiting = await WaitingAsync(snapshot.Connection, snapshot.Transaction, module, entity, asked, cancellationToken);
            }

            if (waiting.Count > 0) await drain.WaitAsync(module, await LastPositionAsync(cancellationToken), TimeSpan.FromSeconds(2), cancellationToken);
            var theirs = (await other.AskAsync(module.Name, new SumsRequest(entity.Name, null, null, false, asked, [type]), cancellationToken)).Payloads ?? new Dictionary<string, JsonElement>();
            foreach (var key in asked.Where(key => !waiting.Contains(key)))
            {
                var mine = own.GetValueOrDefault(key);
                JsonElement? their = theirs.TryGetValue(key, out var row) ? row : null;
                if (Differences.AreEqual(mine, their))
                {
                    open.Remove(key);
                    continue;
                }

                var hash = mine is null ? 0 : RowHash.Of(mine);
                if (!seen.TryGetValue(key, out var before) || before != hash)
                {
                    seen[key] = hash;
                    continue;
                }

                open.Remove(key);
                confirmed.Add(Differences.Describe(entity.Name, key, mine, their));
            }
        }

        return confirmed;
    }

    private async Task<HashSet<string>> WaitingAsync(DbConnection connection, DbTransaction transaction, ModuleMap module, EntityMap entity, string[] keys, CancellationToken cancellationToken) =>
        [.. await connection.Command(transaction, database.Sql.ReadWaitingKeys,
            ("@receiver", module.Name), ("@entity", entity.Name), ("@keys", JsonSerializer.Serialize(keys))).ListAsync(row => row.GetString(0), cancellationToken)];

    private async Task<long> LastPositionAsync(CancellationToken cancellationToken) =>
        Convert.ToInt64(await database.ReadAsync(connection => connection.Command(null, database.Sql.LastPosition).ScalarAsync(cancellationToken), cancellationToken), CultureInfo.InvariantCulture);
}
