using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sync.Capture;
using Sync.Databases;
using Sync.Delivery;
using Sync.Ownership;

namespace Sync.Backfill;

/// <summary>
/// Copies a module's rows to the other side beside live writes: chunks in key order, each read in a snapshot together with the last position, so that the receiver's
/// version check lets a later change win. Rows that only the receiver has are removed at the end, children first.
/// </summary>
internal sealed class BackfillJob(
    SyncDatabase database,
    OwnershipStore ownerships,
    IServiceScopeFactory scopes,
    IChannel channel,
    IOptions<SyncOptions> options,
    TimeProvider time)
{
    private const int MostTries = 8;

    /// <summary>Writes the first progress, or takes up that of a run that was interrupted.</summary>
    /// <exception cref="OwnershipConflictException">This side is not a capturing owner.</exception>
    public async Task<BackfillProgress> BeginAsync(ModuleMap module, bool restart, CancellationToken cancellationToken)
    {
        using var turn = await database.EnterWriteAsync(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await database.Dialect.BeginWriteAsync(connection, cancellationToken);
        var row = await ownerships.ReadAsync(connection, transaction, module.Name, wait: true, cancellationToken);
        if (row is not { State: OwnerState.Owner, Capture: true })
            throw new OwnershipConflictException($"Module '{module.Name}' can be backfilled by its owner only, with capture on; this side is {row.State.ToString().ToLowerInvariant()}, capture {(row.Capture ? "on" : "off")}.");
        var known = await BackfillProgress.ReadAsync(database, connection, transaction, module.Name, cancellationToken);
        BackfillProgress progress;
        if (!restart && known is { State: not BackfillProgress.Complete } && known.Epoch == row.Epoch)
        {
            progress = known with { State = BackfillProgress.Running, Finished = null, Error = null };
        }
        else
        {
            progress = new BackfillProgress(BackfillProgress.Running, row.Epoch, null, null, 0, 0, 0, time.GetUtcNow().ToUnixTimeMilliseconds(), null, null);
            // This run's rows must count as newer than those of any run before it.
            await connection.Command(transaction, database.Sql.SkipPosition).RunAsync(cancellationToken);
            await connection.Command(transaction, database.Sql.RemoveBackfillAgain, ("@module", module.Name), ("@entity", null)).RunAsync(cancellationToken);
        }

        await progress.SaveAsync(database, connection, transaction, module.Name, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return progress;
    }

    public async Task RunAsync(ModuleMap module, BackfillProgress progress, Action<BackfillProgress> report, CancellationToken cancellationToken)
    {
        using var own = SyncScope.Enter();
        await using var scope = scopes.CreateAsyncScope();
        var context = (DbContext)scope.ServiceProvider.GetRequiredService(module.ContextType);
        var total = 0L;
        foreach (var entity in module.Entities) total += await entity.CountAsync(context, cancellationToken);
        progress = progress with { Total = total };
        var clock = new Clock(time, progress.Milliseconds);
        var begun = module.Entities.ToList().FindIndex(entity => entity.Name == progress.Entity);
        foreach (var entity in module.Entities.Skip(Math.Max(0, begun)))
            progress = await CopyAsync(module, entity, context, progress with { Entity = entity.Name, After = entity.Name == progress.Entity ? progress.After : null }, clock, report, cancellationToken);

        foreach (var entity in module.Entities.Reverse()) await SendAgainAsync(module, entity, context, progress.Epoch, removals: true, cancellationToken);
        foreach (var entity in module.Entities) await SendAgainAsync(module, entity, context, progress.Epoch, removals: false, cancellationToken);
        progress = progress with { State = BackfillProgress.Complete, Milliseconds = clock.Milliseconds, Finished = time.GetUtcNow().ToUnixTimeMilliseconds() };
        await SaveAsync(module, progress, [], cancellationToken);
        report(progress);
    }

    public async Task FailAsync(ModuleMap module, BackfillProgress progress, string error, CancellationToken cancellationToken) =>
        await SaveAsync(module, progress with { State = BackfillProgress.Failed, Error = error, Finished = time.GetUtcNow().ToUnixTimeMilliseconds() }, [], cancellationToken);

    private async Task<BackfillProgress> CopyAsync(ModuleMap module, EntityMap entity, DbContext context, BackfillProgress progress, Clock clock, Action<BackfillProgress> report, CancellationToken cancellationToken)
    {
        var after = progress.After;
        (SyncBatch Batch, Task<SyncReply> Reply)? underWay = null;
        while (true)
        {
            // The next chunk is read while the receiver works on the last one.
            var batch = await ReadChunkAsync(module, entity, context, progress.Epoch, after, cancellationToken);
            if (underWay is { } sent) progress = await SettleAsync(module, entity, sent.Batch, await sent.Reply, progress, clock, report, cancellationToken);
            await clock.ThrottleAsync(progress.Rows, options.Value.BackfillRowsPerSecond, cancellationToken);
            underWay = (batch, SendAsync(module, batch, cancellationToken));
            after = batch.Range!.Through;
            if (after is null) return await SettleAsync(module, entity, batch, await underWay.Value.Reply, progress, clock, report, cancellationToken);
        }
    }

    private async Task<SyncBatch> ReadChunkAsync(ModuleMap module, EntityMap entity, DbContext context, long epoch, string? after, CancellationToken cancellationToken)
    {
        await using var snapshot = await OwnerSnapshot.OpenAsync(database, ownerships, module, context, cancellationToken);
        CheckOwner(snapshot.Ownership, epoch);
        var messages = new List<SyncMessage>(options.Value.BackfillChunk);
        var bytes = 0L;
        var full = false;
        await foreach (var row in entity.ReadRows(context, after, null, options.Value.BackfillChunk).WithCancellation(cancellationToken))
        {
            var message = new SyncMessage(module.Name, entity.Name, entity.KeyOf(row), entity.Changed, epoch, snapshot.Position, null, entity.WriteChanged(row));
            RequireSize(message);
            bytes += message.Size;
            full = messages.Count > 0 && bytes > options.Value.MaximumBatchBytes;
            if (full) break;
            messages.Add(message);
        }

        var through = full || messages.Count == options.Value.BackfillChunk ? messages[^1].Key : null;
        return new SyncBatch(module.Name, options.Value.Side, messages, new SyncRange(entity.Name, after, through));
    }

    private async Task<BackfillProgress> SettleAsync(ModuleMap module, EntityMap entity, SyncBatch batch, SyncReply reply, BackfillProgress progress, Clock clock, Action<BackfillProgress> report, CancellationToken cancellationToken)
    {
        // What was refused may fit once the rows that only the receiver has are gone (a unique value held by one of them).
        var again = reply.Extra.Select(key => (entity.Name, key))
            .Concat(batch.Messages.Where((_, index) => reply.Results[index].Outcome == SyncOutcome.Rejected).Select(message => (entity.Name, message.Key)))
            .ToList();
        progress = progress with { After = batch.Range!.Through, Rows = progress.Rows + batch.Messages.Count, Milliseconds = clock.Milliseconds };
        if (batch.Range.Through is not null || again.Count > 0) await SaveAsync(module, progress with { After = batch.Range.Through ?? (batch.Messages.Count > 0 ? batch.Messages[^1].Key : batch.Range.After) }, again, cancellationToken);
        report(progress);
        return progress;
    }

    /// <summary>Sends what the owner has under the noted keys now: their rows, or their removals.</summary>
    private async Task SendAgainAsync(ModuleMap module, EntityMap entity, DbContext context, long epoch, bool removals, CancellationToken cancellationToken)
    {
        var after = "";
        var tries = 0;
        while (true)
        {
            List<string> keys;
            await using (var connection = await database.OpenAsync(cancellationToken))
                keys = await connection.Command(null, database.Sql.ReadBackfillAgain, ("@module", module.Name), ("@entity", entity.Name), ("@after", after), ("@limit", 500)).ListAsync(row => row.GetString(0), cancellationToken);
            if (keys.Count == 0) break;
            List<SyncMessage> messages = [];
            await using (var snapshot = await OwnerSnapshot.OpenAsync(database, ownerships, module, context, cancellationToken))
            {
                CheckOwner(snapshot.Ownership, epoch);
                var missing = keys.ToHashSet(StringComparer.Ordinal);
                await foreach (var row in entity.ReadRows(context, keys).WithCancellation(cancellationToken))
                {
                    missing.Remove(entity.KeyOf(row));
                    if (!removals) messages.Add(new SyncMessage(module.Name, entity.Name, entity.KeyOf(row), entity.Changed, epoch, snapshot.Position, null, entity.WriteChanged(row)));
                }

                if (removals) messages.AddRange(missing.Select(key => new SyncMessage(module.Name, entity.Name, key, entity.Removed, epoch, snapshot.Position, null, entity.WriteRemoved(key))));
            }

            if (messages.Count > 0)
            {
                SyncResult refused = default;
                foreach (var part in Parts(messages))
                {
                    var reply = await SendAsync(module, new SyncBatch(module.Name, options.Value.Side, part), cancellationToken);
                    if (refused.Reason is null) refused = reply.Results.FirstOrDefault(result => result.Outcome == SyncOutcome.Rejected);
                }

                if (refused.Reason is not null)
                {
                    if (++tries >= MostTries) throw new InvalidDataException($"The other side refuses rows of '{entity.Name}': {refused.Reason}");
                    // What they refer to, or the row that frees their unique value, may still be on its way as a live change.
                    await Task.Delay(Backoff.After(tries, options.Value), time, cancellationToken);
                    continue;
                }
            }

            tries = 0;
            after = keys[^1];
        }

        if (removals) return;
        using var turn = await database.EnterWriteAsync(cancellationToken);
        await using var clean = await database.OpenAsync(cancellationToken);
        await clean.Command(null, database.Sql.RemoveBackfillAgain, ("@module", module.Name), ("@entity", entity.Name)).RunAsync(cancellationToken);
    }

    /// <summary>As much at a time as fits into one request, but always one row.</summary>
    private IEnumerable<List<SyncMessage>> Parts(List<SyncMessage> messages)
    {
        var part = new List<SyncMessage>();
        var bytes = 0L;
        foreach (var message in messages)
        {
            RequireSize(message);
            bytes += message.Size;
            if (part.Count > 0 && bytes > options.Value.MaximumBatchBytes)
            {
                yield return part;
                part = [];
                bytes = message.Size;
            }

            part.Add(message);
        }

        yield return part;
    }

    private void RequireSize(SyncMessage message)
    {
        if (message.Size > options.Value.MaximumBodyBytes)
            throw new InvalidDataException($"The row {message.Key} of '{message.Entity}' has {message.Payload.Length} bytes, more than one request may have: raise Sync:MaximumBodyBytes ({options.Value.MaximumBodyBytes}) on both sides.");
    }

    private async Task<SyncReply> SendAsync(ModuleMap module, SyncBatch batch, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await channel.SendAsync(module.Name, batch, cancellationToken);
            }
            catch (IOException) when (attempt < MostTries)
            {
                await Task.Delay(Backoff.After(attempt, options.Value), time, cancellationToken);
            }
        }
    }

    private async Task SaveAsync(ModuleMap module, BackfillProgress progress, List<(string Entity, string Key)> again, CancellationToken cancellationToken)
    {
        using var turn = await database.EnterWriteAsync(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await database.Dialect.BeginWriteAsync(connection, cancellationToken);
        await progress.SaveAsync(database, connection, transaction, module.Name, cancellationToken);
        foreach (var (entity, key) in again)
            await connection.Command(transaction, database.Sql.AddBackfillAgain, ("@module", module.Name), ("@entity", entity), ("@key", key)).RunAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static void CheckOwner(ModuleOwnership ownership, long epoch)
    {
        if (ownership is not { State: OwnerState.Owner, Capture: true } || ownership.Epoch != epoch)
            throw new OwnershipConflictException($"Module '{ownership.Module}' changed hands or stopped capturing during the backfill of epoch {epoch}.");
    }

    /// <summary>The time that a run has taken, those before an interruption included.</summary>
    private sealed class Clock(TimeProvider time, long before)
    {
        private readonly long _started = time.GetTimestamp();

        public long Milliseconds => before + (long)time.GetElapsedTime(_started).TotalMilliseconds;

        public async Task ThrottleAsync(long rows, int rowsPerSecond, CancellationToken cancellationToken)
        {
            if (rowsPerSecond <= 0) return;
            var early = (rows * 1000 / rowsPerSecond) - Milliseconds;
            if (early > 0) await Task.Delay(TimeSpan.FromMilliseconds(early), time, cancellationToken);
        }
    }
}
