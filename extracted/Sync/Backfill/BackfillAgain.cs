using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sync.Capture;
using Sync.Databases;
using Sync.Delivery;
using Sync.Outbox;
using Sync.Ownership;

namespace Sync.Backfill;

/// <summary>
/// The end of a backfill: the keys that were noted because the receiver refused their rows, or has rows that the owner lacks. Removals go first, children before parents,
/// then rows, parents before children, round after round while any gets through. When none does, rows may be waiting for each other's unique values: all are asked to let
/// go of these, and sent again.
/// </summary>
internal sealed class BackfillAgain(SyncDatabase database, OwnershipStore ownerships, SettledPositions settled, BackfillSender sender, IOptions<SyncOptions> options, TimeProvider time)
{
    private const int MostTries = 8;

    private int PageSize => Math.Min(500, options.Value.BackfillChunk);

    private enum Step
    {
        Removals,
        Rows,
        Vacate,
    }

    /// <exception cref="InvalidDataException">The receiver goes on refusing some rows.</exception>
    public async Task RunAsync(ModuleMap module, DbContext context, long epoch, Action reportHeadway, CancellationToken cancellationToken)
    {
        var left = await CountAsync(module, cancellationToken);
        for (var stalled = 0; left > 0;)
        {
            string? refusal = null;
            foreach (var entity in module.Entities.Reverse()) refusal = await SendAsync(module, entity, context, epoch, Step.Removals, cancellationToken) ?? refusal;
            foreach (var entity in module.Entities) refusal = await SendAsync(module, entity, context, epoch, Step.Rows, cancellationToken) ?? refusal;
            var before = left;
            left = await CountAsync(module, cancellationToken);
            stalled = left < before ? 0 : stalled + 1;
            if (stalled == 0) reportHeadway();
            if (left == 0 || stalled == 0) continue;
            if (stalled >= MostTries) throw new InvalidDataException($"The other side refuses {left} rows of '{module.Name}', for one because: {refusal}");
            // What they refer to, or the row that frees their unique value, may also be on its way as a live change.
            if (stalled > 1) await Task.Delay(Backoff.After(stalled, options.Value), time, cancellationToken);
            foreach (var entity in module.Entities) await SendAsync(module, entity, context, epoch, Step.Vacate, cancellationToken);
        }
    }

    /// <summary>Sends what the owner has under the noted keys now, and forgets those that were taken.</summary>
    /// <returns>Why one was refused, or null.</returns>
    private async Task<string?> SendAsync(ModuleMap module, EntityMap entity, DbContext context, long epoch, Step step, CancellationToken cancellationToken)
    {
        string? refusal = null;
        for (var after = ""; ;)
        {
            var keys = await ReadAsync(module, entity, after, cancellationToken);
            if (keys.Count == 0) return refusal;
            foreach (var part in sender.Parts(await MessagesAsync(module, entity, context, epoch, keys, step, cancellationToken)))
            {
                var reply = await sender.SendAsync(module, new SyncBatch(module.Name, options.Value.Side, part, Vacate: step == Step.Vacate), cancellationToken);
                refusal = reply.Results.FirstOrDefault(result => result.Outcome == SyncOutcome.Rejected).Reason ?? refusal;
                if (step != Step.Vacate)
                    await ForgetAsync(module, entity, part.Where((_, index) => reply.Results[index].Outcome != SyncOutcome.Rejected).Select(message => message.Key), cancellationToken);
            }

            after = keys[^1];
        }
    }

    private async Task<List<SyncMessage>> MessagesAsync(ModuleMap module, EntityMap entity, DbContext context, long epoch, List<string> keys, Step step, CancellationToken cancellationToken)
    {
        await using var snapshot = await OwnerSnapshot.OpenAsync(database, ownerships, settled, module, context, cancellationToken);
        snapshot.RequireOwner(epoch);
        var messages = new List<SyncMessage>();
        var missing = keys.ToHashSet(StringComparer.Ordinal);
        await foreach (var row in entity.ReadRows(context, keys).WithCancellation(cancellationToken))
        {
            missing.Remove(entity.KeyOf(row));
            if (step != Step.Removals) messages.Add(new SyncMessage(module.Name, entity.Name, entity.KeyOf(row), entity.Changed, epoch, snapshot.Position, null, entity.WriteChanged(row)));
        }

        if (step == Step.Removals)
            messages.AddRange(missing.Select(key => new SyncMessage(module.Name, entity.Name, key, entity.Removed, epoch, snapshot.Position, null, entity.WriteRemoved(key))));
        return messages;
    }

    private async Task<long> CountAsync(ModuleMap module, CancellationToken cancellationToken) => Convert.ToInt64(
        await database.ReadAsync(connection => connection.Command(null, database.Sql.CountBackfillAgain, ("@module", module.Name)).ScalarAsync(cancellationToken), cancellationToken), CultureInfo.InvariantCulture);

    private Task<List<string>> ReadAsync(ModuleMap module, EntityMap entity, string after, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Command(null, database.Sql.ReadBackfillAgain, ("@module", module.Name), ("@entity", entity.Name), ("@after", after), ("@limit", PageSize)).ListAsync(row => row.GetString(0), cancellationToken),
        cancellationToken);

    private async Task ForgetAsync(ModuleMap module, EntityMap entity, IEnumerable<string> keys, CancellationToken cancellationToken) =>
        await database.WriteAsync(urgent: false, (connection, transaction) => connection.Command(transaction, database.Sql.RemoveBackfillAgainKeys,
            ("@module", module.Name), ("@entity", entity.Name), ("@keys", JsonSerializer.Serialize(keys))).RunAsync(cancellationToken), cancellationToken);
}
