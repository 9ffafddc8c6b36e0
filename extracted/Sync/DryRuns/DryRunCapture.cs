using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Sync.Capture;
using Sync.Ownership;

namespace Sync.DryRuns;

/// <summary>What Entity Framework does in a dry run: saves and commands join the run's transaction, commits are left out, changes are collected instead of sent.</summary>
internal sealed class DryRunCapture(SyncDatabase database, ModuleRegistry registry, OwnershipStore ownerships, IHttpContextAccessor http)
{
    private readonly ConditionalWeakTable<DbContext, Save> _saves = [];
    private readonly ConditionalWeakTable<DbCommand, DryRun> _commands = [];

    /// <summary>The dry run that the current request is, if any.</summary>
    public DryRun? Current => http.HttpContext?.Features.Get<DryRun>();

    public async ValueTask BeginSaveAsync(DryRun run, DbContext context, bool wait)
    {
        var entries = context.ChangeTracker.Entries().Where(static entry => entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted).ToList();
        if (entries.Count == 0) return;
        EndSave(context);
        run.Enter();
        var save = new Save(run);
        try
        {
            if (wait) await context.Database.OpenConnectionAsync(run.Stop);
            else context.Database.OpenConnection();
            save.Opened = context;
            var connection = context.Database.GetDbConnection();
            var transaction = await run.Transaction.JoinAsync(context, connection, wait);
            if (context.Database.CurrentTransaction is not { } current)
                save.Joined = wait ? await context.Database.UseTransactionAsync(transaction, run.Stop) : context.Database.UseTransaction(transaction);
            else if (!run.Transaction.Is(current.GetDbTransaction()))
                throw run.Refused("it saves in a transaction of its own");
            // A save that fails leaves everything as it was, as it would have alone.
            context.Database.AutoSavepointsEnabled = true;
            foreach (var module in registry.Of(context))
            {
                var changes = ChangeFinder.Find(module, entries);
                if (changes.Count == 0) continue;
                if (module.Name != run.Module) await RequireOwnerAsync(run, module, connection, transaction, wait);
                foreach (var map in changes.Where(static change => change.IsNew).Select(static change => change.Map).Distinct()) await AlignKeysAsync(map, connection, transaction, wait, run.Stop);
                save.Changes.Add((module.Name, changes));
            }

            run.Transaction.Wrote();
            _saves.AddOrUpdate(context, save);
        }
        catch
        {
            save.End();
            throw;
        }
    }

    public async ValueTask CompleteSaveAsync(DbContext context, bool wait)
    {
        if (!_saves.TryGetValue(context, out var save)) return;
        try
        {
            foreach (var (module, changes) in save.Changes) save.Run.Collect(module, await CommittedRows.ReadAsync(context, changes, wait));
        }
        finally
        {
            EndSave(context);
        }
    }

    public void EndSave(DbContext context)
    {
        if (!_saves.TryGetValue(context, out var save)) return;
        _saves.Remove(context);
        save.End();
    }

    /// <summary>True while Entity Framework saves, and may go back to a savepoint of its own.</summary>
    public bool IsSaving(DbContext? context) => context is not null && _saves.TryGetValue(context, out _);

    public async ValueTask BeforeAsync(DryRun run, DbContext? context, DbCommand command, bool returnsRows, bool wait)
    {
        // What is read for a page of errors after the run is no longer a part of it.
        if (SyncScope.IsOwn || (returnsRows && run.IsOver)) return;
        if (context is null) throw run.Refused("it uses the database without a context");
        run.Enter();
        try
        {
            var transaction = await run.Transaction.JoinAsync(context, command.Connection!, wait);
            if (command.Transaction is { } own && !run.Transaction.Is(own)) throw run.Refused("it uses a transaction that did not come from its context");
            command.Transaction = transaction;
            if (!returnsRows) run.Transaction.Wrote();
            _commands.AddOrUpdate(command, run);
        }
        catch
        {
            run.Exit();
            throw;
        }
    }

    public void After(DbCommand command, DbContext? context, bool succeeded)
    {
        if (!_commands.TryGetValue(command, out var run)) return;
        _commands.Remove(command);
        if (!succeeded && !IsSaving(context)) run.Transaction.CommandFailed();
        run.Exit();
    }

    private async ValueTask RequireOwnerAsync(DryRun run, ModuleMap module, DbConnection connection, DbTransaction transaction, bool wait)
    {
        var ownership = await ownerships.EnterAsync(connection, transaction, module.Name, wait, run.Stop);
        if (ownership.State != OwnerState.Owner) throw run.Refused($"it also writes the module '{module.Name}', which this side does not own");
    }

    private async ValueTask AlignKeysAsync(EntityMap map, DbConnection connection, DbTransaction transaction, bool wait, CancellationToken cancellationToken)
    {
        var table = registry.TableOf(map);
        if (!table.KeyIsGenerated) return;
        var align = database.Dialect.AlignKeysAsync(connection, transaction, table, cancellationToken);
        if (wait) await align;
        else align.AsTask().GetAwaiter().GetResult();
    }

    private sealed class Save(DryRun run)
    {
        private bool _ended;

        public DryRun Run => run;

        public List<(string Module, List<PendingChange> Changes)> Changes { get; } = [];

        public DbContext? Opened { get; set; }

        public IDbContextTransaction? Joined { get; set; }

        public void End()
        {
            if (_ended) return;
            _ended = true;
            try
            {
                // Not its own: the context lets go of the transaction, which stays.
                Joined?.Dispose();
                Opened?.Database.CloseConnection();
            }
            finally
            {
                run.Exit();
            }
        }
    }
}
