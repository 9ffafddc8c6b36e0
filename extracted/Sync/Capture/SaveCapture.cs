using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Sync.Delivery;
using Sync.DryRuns;
using Sync.Outbox;
using Sync.Ownership;

namespace Sync.Capture;

/// <summary>
/// One save of a module's context: take the turn and begin the transaction unless the host has, read the ownership row inside it, let EF Core save, write the
/// outbox rows with the keys it generated, commit, wake the relay.
/// </summary>
internal sealed class SaveCapture(
    SyncDatabase database,
    ModuleRegistry registry,
    OwnershipStore ownerships,
    OutboxWriter outbox,
    OuterTransactions outer,
    SyncSignals signals,
    IOptions<SyncOptions> options,
    IHttpContextAccessor http)
{
    private readonly ConditionalWeakTable<DbContext, SaveInProgress> _saves = [];

    /// <summary>True within a save whose ownership has been checked.</summary>
    public bool IsChecked(DbContext context) => _saves.TryGetValue(context, out var save) && save.IsChecked;

    /// <exception cref="NotOwnerException">This side may not write the module.</exception>
    public async ValueTask BeginAsync(DbContext context, bool wait, CancellationToken cancellationToken)
    {
        var modules = registry.Of(context);
        var entries = context.ChangeTracker.Entries().Where(entry => entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted).ToList();
        if (entries.Count == 0) return;
        database.EnsureReady();
        // Where writers run side by side, those of no module have nothing to wait for.
        if (modules.Count == 0 && !database.Dialect.HasSingleWriter) return;
        // What an interceptor behind this one stopped is told by nothing: its transaction must not pass for the host's.
        await AbandonAsync(context, wait);
        if (wait) await RefuseEarlyAsync(modules, entries, cancellationToken);

        var save = new SaveInProgress { Before = new TrackedStates(context, entries) };
        try
        {
            if (context.Database.CurrentTransaction is null)
            {
                save.Turn = wait ? await database.EnterWriteAsync(cancellationToken) : database.EnterWriteAsync(cancellationToken).AsTask().GetAwaiter().GetResult();
                // Others than the modules take a transaction too, so that SQLite's one writer is never fought for; it ends with the connection if nothing else ends it.
                save.OwnTransaction = wait ? await context.Database.BeginTransactionAsync(cancellationToken) : context.Database.BeginTransaction();
                // A save that fails takes all of this transaction back: nothing needs a savepoint, which costs two round trips.
                save.SavepointsOf = context.Database.AutoSavepointsEnabled ? context.Database : null;
                context.Database.AutoSavepointsEnabled = false;
            }

            if (modules.Count == 0)
            {
                if (save.Turn is not null) _saves.AddOrUpdate(context, save);
                return;
            }

            var transaction = context.Database.CurrentTransaction!.GetDbTransaction();
            foreach (var module in modules)
            {
                var changes = ChangeFinder.Find(module, entries);
                // A context that several modules share writes for those whose entities it changes; a module's own context always writes for it.
                if (changes.Count == 0 && modules.Count > 1) continue;
                var ownership = await ownerships.EnterAsync(context.Database.GetDbConnection(), transaction, module.Name, wait, cancellationToken);
                if (ownership.State != OwnerState.Owner && !options.Value.Break.Fence) throw new NotOwnerException(module.Name, ownership.Epoch, ownership.State);
                if (ownership.Capture && changes.Count > 0) save.Modules.Add((ownership, changes));
            }

            save.IsChecked = true;
            _saves.AddOrUpdate(context, save);
        }
        catch
        {
            await EndAsync(save, wait);
            throw;
        }
    }

    /// <summary>The context holds its rows for saved by now, so that a cancellation comes too late: it would part them from their outbox rows.</summary>
    public async ValueTask CompleteAsync(DbContext context, bool wait)
    {
        if (!_saves.TryGetValue(context, out var save))
        {
            // A save of no module's, in a transaction of its own or in none: nobody else tells the request that something is written.
            if (context.Database.CurrentTransaction is null) RequestPositions.Commit(http.HttpContext);
            return;
        }

        try
        {
            await WriteAsync(context, save, wait);
        }
        catch
        {
            _saves.Remove(context);
            try
            {
                await EndAsync(save, wait);
            }
            finally
            {
                save.Before?.Restore();
            }

            throw;
        }

        _saves.Remove(context);
        var nudge = save.OwnTransaction is not null;
        await EndAsync(save, wait);
        if (!nudge) return;
        foreach (var (ownership, _) in save.Modules) signals.Written(ownership.Module).Give();
    }

    private async ValueTask WriteAsync(DbContext context, SaveInProgress save, bool wait)
    {
        if (save.Modules.Count > 0)
        {
            var transaction = context.Database.CurrentTransaction!.GetDbTransaction();
            foreach (var (ownership, changes) in save.Modules)
            {
                var rows = await CommittedRows.ReadAsync(context, changes, wait);
                var position = await outbox.WriteAsync(context.Database.GetDbConnection(), transaction, ownership, rows, wait, CancellationToken.None);
                RequestPositions.Touch(http.HttpContext, ownership.Module);
                // Its own transaction is told as any other: by its commit.
                outer.Wrote(transaction, new ChangeReport(ownership.Module, ownership.Epoch, position - rows.Count + 1, position, RequestPositions.KeepsChanges(http.HttpContext) ? rows : []));
            }
        }

        if (save.OwnTransaction is { } own)
        {
            if (wait) await own.CommitAsync(CancellationToken.None);
            else own.Commit();
        }
    }

    /// <summary>After a failure, a cancellation, or a save that never came to its end: nothing of it stays.</summary>
    public async ValueTask AbandonAsync(DbContext context, bool wait)
    {
        if (!_saves.TryGetValue(context, out var save)) return;
        _saves.Remove(context);
        await EndAsync(save, wait);
    }

    /// <summary>A side that is not the owner refuses without taking the turn: those refused must not hold up the acknowledgements that a drain waits for.</summary>
    private async ValueTask RefuseEarlyAsync(List<ModuleMap> modules, List<EntityEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var module in modules)
        {
            if (ownerships.LastSeen(module.Name) is null or { State: OwnerState.Owner }) continue;
            if (modules.Count > 1 && ChangeFinder.Find(module, entries).Count == 0) continue;
            var ownership = await ownerships.RefreshAsync(module.Name, cancellationToken);
            if (ownership.State != OwnerState.Owner && !options.Value.Break.Fence) throw new NotOwnerException(module.Name, ownership.Epoch, ownership.State);
        }
    }

    private static async ValueTask EndAsync(SaveInProgress save, bool wait)
    {
        if (save.SavepointsOf is { } own) own.AutoSavepointsEnabled = true;
        try
        {
            // Disposing rolls back what has not been committed.
            if (wait && save.OwnTransaction is { } transaction) await transaction.DisposeAsync();
            else save.OwnTransaction?.Dispose();
        }
        finally
        {
            save.Turn?.Dispose();
        }
    }
}
