using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sync.Capture;
using Sync.Databases;
using Sync.Outbox;
using Sync.Ownership;

namespace Sync.Backfill;

/// <summary>
/// Copies a module's rows to the other side beside live writes: chunks in key order, each with the settled position that was read before its snapshot, so that the
/// receiver's version check lets a later change win. What was refused, and what only the receiver has, is settled at the end.
/// </summary>
internal sealed class BackfillJob(
    SyncDatabase database,
    OwnershipStore ownerships,
    IServiceScopeFactory scopes,
    BackfillSender sender,
    BackfillAgain again,
    SettledPositions settled,
    IOptions<SyncOptions> options,
    TimeProvider time)
{
    /// <summary>Writes the first progress, or takes up that of a run that was interrupted.</summary>
    /// <exception cref="OwnershipConflictException">This side is not a capturing owner.</exception>
    public async Task<BackfillProgress> BeginAsync(ModuleMap module, bool restart, CancellationToken cancellationToken)
    {
        using var turn = await database.EnterWriteAsync(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        // Nobody writes at the moment when it begins: that is the first settled position.
        await using var transaction = await database.Dialect.BeginExclusiveAsync(connection, module.Name, options.Value.FenceTimeout, cancellationToken);
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
        var position = Convert.ToInt64(await connection.Command(transaction, database.Sql.LastPosition).ScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        await transaction.CommitAsync(cancellationToken);
        settled.Settle(module.Name, position);
        return progress;
    }

    /// <param name="module">The module.</param>
    /// <param name="progress">How far it is.</param>
    /// <param name="chunk">The most rows sent at a time.</param>
    /// <param name="report">Told of each headway: rows that the receiver has taken.</param>
    /// <param name="cancellationToken">Ends it; it can be taken up again.</param>
    public async Task RunAsync(ModuleMap module, BackfillProgress progress, int chunk, Action<BackfillProgress> report, CancellationToken cancellationToken)
    {
        using var own = SyncScope.Enter();
        await using var scope = scopes.CreateAsyncScope();
        var context = (DbContext)scope.ServiceProvider.GetRequiredService(module.ContextType);
        var total = 0L;
        foreach (var entity in module.Entities) total += await entity.CountAsync(context, cancellationToken);
        progress = progress with { Total = total, Error = null };
        var clock = new Clock(time, progress.Milliseconds);
        var begun = module.Entities.ToList().FindIndex(entity => entity.Name == progress.Entity);
        foreach (var entity in module.Entities.Skip(Math.Max(0, begun)))
            progress = await CopyAsync(module, entity, context, progress with { Entity = entity.Name, After = entity.Name == progress.Entity ? progress.After : null }, chunk, clock, report, cancellationToken);

        await again.RunAsync(module, context, progress.Epoch, () => report(progress), cancellationToken);
        progress = progress with { State = BackfillProgress.Complete, Milliseconds = clock.Milliseconds, Finished = time.GetUtcNow().ToUnixTimeMilliseconds() };
        await SaveAsync(module, progress, [], cancellationToken);
        report(progress);
    }

    public async Task FailAsync(ModuleMap module, BackfillProgress progress, string error, CancellationToken cancellationToken) =>
        await SaveAsync(module, progress with { State = BackfillProgress.Failed, Error = error, Finished = time.GetUtcNow().ToUnixTimeMilliseconds() }, [], cancellationToken);

    private async Task<BackfillProgress> CopyAsync(ModuleMap module, EntityMap entity, DbContext context, BackfillProgress progress, int chunk, Clock clock, Action<BackfillProgress> report, CancellationToken cancellationToken)
    {
        var after = progress.After;
        (SyncBatch Batch, Task<SyncReply> Reply)? underWay = null;
        while (true)
        {
            // The next chunk is read while the receiver works on the last one.
            var batch = await ReadChunkAsync(module, entity, context, progress.Epoch, after, chunk, cancellationToken);
            if (underWay is { } sent) progress = await SettleAsync(module, entity, sent.Batch, await sent.Reply, progress, clock, report, cancellationToken);
            await clock.ThrottleAsync(progress.Rows, options.Value.BackfillRowsPerSecond, cancellationToken);
            underWay = (batch, sender.SendAsync(module, batch, cancellationToken));
            after = batch.Range!.Through;
            if (after is null) return await SettleAsync(module, entity, batch, await underWay.Value.Reply, progress, clock, report, cancellationToken);
        }
    }

    private async Task<SyncBatch> ReadChunkAsync(ModuleMap module, EntityMap entity, DbContext context, long epoch, string? after, int chunk, CancellationToken cancellationToken)
    {
        await using var snapshot = await OwnerSnapshot.OpenAsync(database, ownerships, settled, module, context, cancellationToken);
        snapshot.RequireOwner(epoch);
        var messages = new List<SyncMessage>(chunk);
        var bytes = 0L;
        var full = false;
        await foreach (var row in entity.ReadRows(context, after, null, chunk).WithCancellation(cancellationToken))
        {
            var message = new SyncMessage(module.Name, entity.Name, entity.KeyOf(row), entity.Changed, epoch, snapshot.Position, null, entity.WriteChanged(row));
            sender.RequireSize(message);
            bytes += message.Size;
            full = messages.Count > 0 && bytes > options.Value.MaximumBatchBytes;
            if (full) break;
            messages.Add(message);
        }

        var through = full || messages.Count == chunk ? messages[^1].Key : null;
        return new SyncBatch(module.Name, options.Value.Side, messages, new SyncRange(entity.Name, after, through));
    }

    private async Task<BackfillProgress> SettleAsync(ModuleMap module, EntityMap entity, SyncBatch batch, SyncReply reply, BackfillProgress progress, Clock clock, Action<BackfillProgress> report, CancellationToken cancellationToken)
    {
        // What was refused may fit once the rows that only the receiver has are gone (a unique value held by one of them).
        var noted = reply.Extra.Select(key => (entity.Name, key))
            .Concat(batch.Messages.Where((_, index) => reply.Results[index].Outcome == SyncOutcome.Rejected).Select(message => (entity.Name, message.Key)))
            .ToList();
        var through = batch.Range!.Through;
        progress = progress with { After = through ?? (batch.Messages.Count > 0 ? batch.Messages[^1].Key : batch.Range.After), Rows = progress.Rows + batch.Messages.Count, Milliseconds = clock.Milliseconds };
        if (through is not null || noted.Count > 0) await SaveAsync(module, progress, noted, cancellationToken);
        if (batch.Messages.Count + noted.Count > 0) report(progress);
        return progress;
    }

    private async Task SaveAsync(ModuleMap module, BackfillProgress progress, List<(string Entity, string Key)> noted, CancellationToken cancellationToken)
    {
        await database.WriteAsync(urgent: false, async (connection, transaction) =>
        {
            await progress.SaveAsync(database, connection, transaction, module.Name, cancellationToken);
            foreach (var (entity, key) in noted)
                await connection.Command(transaction, database.Sql.AddBackfillAgain, ("@module", module.Name), ("@entity", entity), ("@key", key)).RunAsync(cancellationToken);
        }, cancellationToken);
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
