using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Sync.Capture;
using Sync.DryRuns;

namespace Sync;

/// <summary>
/// Add it to every context of the host: <c>options.AddInterceptors(provider.GetRequiredService&lt;SyncInterceptor&gt;())</c>. On a module's context it checks
/// ownership inside the transaction of each save and writes the changes to the outbox; on every context it prepares connections and counts foreign reads.
/// </summary>
public sealed class SyncInterceptor : ISaveChangesInterceptor, IDbCommandInterceptor, IDbTransactionInterceptor, IDbConnectionInterceptor
{
    private readonly SyncDatabase _database;
    private readonly SaveCapture _saves;
    private readonly CommandGuard _commands;
    private readonly OuterTransactions _outer;
    private readonly DryRunCapture _dry;

    internal SyncInterceptor(SyncDatabase database, SaveCapture saves, CommandGuard commands, OuterTransactions outer, DryRunCapture dry) =>
        (_database, _saves, _commands, _outer, _dry) = (database, saves, commands, outer, dry);

#pragma warning disable CS1591 // The members are EF Core's, and documented there.
    public InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        if (eventData.Context is { } context) BeginSaveAsync(context, wait: false, default).AsTask().GetAwaiter().GetResult();
        return result;
    }

    public async ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { } context) await BeginSaveAsync(context, wait: true, cancellationToken);
        return result;
    }

    public int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        if (eventData.Context is { } context) CompleteSaveAsync(context, wait: false).AsTask().GetAwaiter().GetResult();
        return result;
    }

    public async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { } context) await CompleteSaveAsync(context, wait: true);
        return result;
    }

    public void SaveChangesFailed(DbContextErrorEventData eventData)
    {
        if (eventData.Context is { } context) AbandonSaveAsync(context, wait: false).AsTask().GetAwaiter().GetResult();
    }

    public async Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { } context) await AbandonSaveAsync(context, wait: true);
    }

    public void SaveChangesCanceled(DbContextEventData eventData)
    {
        if (eventData.Context is { } context) AbandonSaveAsync(context, wait: false).AsTask().GetAwaiter().GetResult();
    }

    public async Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { } context) await AbandonSaveAsync(context, wait: true);
    }

    public InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        BeforeAsync(eventData.Context, command, returnsRows: true, wait: false, default).AsTask().GetAwaiter().GetResult();
        return result;
    }

    public async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await BeforeAsync(eventData.Context, command, returnsRows: true, wait: true, cancellationToken);
        return result;
    }

    public InterceptionResult<object> ScalarExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<object> result)
    {
        BeforeAsync(eventData.Context, command, returnsRows: true, wait: false, default).AsTask().GetAwaiter().GetResult();
        return result;
    }

    public async ValueTask<InterceptionResult<object>> ScalarExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        await BeforeAsync(eventData.Context, command, returnsRows: true, wait: true, cancellationToken);
        return result;
    }

    public InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        BeforeAsync(eventData.Context, command, returnsRows: false, wait: false, default).AsTask().GetAwaiter().GetResult();
        return result;
    }

    public async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await BeforeAsync(eventData.Context, command, returnsRows: false, wait: true, cancellationToken);
        return result;
    }

    public object? ScalarExecuted(DbCommand command, CommandExecutedEventData eventData, object? result)
    {
        _dry.After(command, eventData.Context, succeeded: true);
        return result;
    }

    public ValueTask<object?> ScalarExecutedAsync(DbCommand command, CommandExecutedEventData eventData, object? result, CancellationToken cancellationToken = default)
    {
        _dry.After(command, eventData.Context, succeeded: true);
        return new(result);
    }

    // Until its reader is disposed of, a command is under way.
    public InterceptionResult DataReaderDisposing(DbCommand command, DataReaderDisposingEventData eventData, InterceptionResult result)
    {
        _dry.After(command, eventData.Context, succeeded: true);
        return result;
    }

    public int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        AfterAsync(command, eventData.Context, succeeded: true, wait: false).AsTask().GetAwaiter().GetResult();
        return result;
    }

    public async ValueTask<int> NonQueryExecutedAsync(DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        await AfterAsync(command, eventData.Context, succeeded: true, wait: true);
        return result;
    }

    public void CommandFailed(DbCommand command, CommandErrorEventData eventData) =>
        AfterAsync(command, eventData.Context, succeeded: false, wait: false).AsTask().GetAwaiter().GetResult();

    public async Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default) =>
        await AfterAsync(command, eventData.Context, succeeded: false, wait: true);

    public void CommandCanceled(DbCommand command, CommandEndEventData eventData) =>
        AfterAsync(command, eventData.Context, succeeded: false, wait: false).AsTask().GetAwaiter().GetResult();

    public async Task CommandCanceledAsync(DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken = default) =>
        await AfterAsync(command, eventData.Context, succeeded: false, wait: true);

    public InterceptionResult<DbTransaction> TransactionStarting(DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result) =>
        _dry.Current is { } run && eventData.Context is { } context
            ? InterceptionResult<DbTransaction>.SuppressWithResult(run.Transaction.HandOutAsync(context, connection, wait: false).AsTask().GetAwaiter().GetResult())
            : result;

    public async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default) =>
        _dry.Current is { } run && eventData.Context is { } context
            ? InterceptionResult<DbTransaction>.SuppressWithResult(await run.Transaction.HandOutAsync(context, connection, wait: true))
            : result;

    public DbTransaction TransactionUsed(DbConnection connection, TransactionEventData eventData, DbTransaction result)
    {
        if (_dry.Current is { } run && !run.Transaction.Is(result)) throw run.Refused("it brings a transaction of its own");
        return result;
    }

    public ValueTask<DbTransaction> TransactionUsedAsync(DbConnection connection, TransactionEventData eventData, DbTransaction result, CancellationToken cancellationToken = default) =>
        new(TransactionUsed(connection, eventData, result));

    public InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        if (_dry.Current is not { } run) return result;
        run.Transaction.Committing();
        return InterceptionResult.Suppress();
    }

    public ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        new(TransactionCommitting(transaction, eventData, result));

    public InterceptionResult TransactionRollingBack(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) =>
        _dry.Current is { } run && run.Transaction.Is(transaction) && run.Transaction.RollingBackAsync(wait: false).AsTask().GetAwaiter().GetResult()
            ? InterceptionResult.Suppress()
            : result;

    public async ValueTask<InterceptionResult> TransactionRollingBackAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        _dry.Current is { } run && run.Transaction.Is(transaction) && await run.Transaction.RollingBackAsync(wait: true)
            ? InterceptionResult.Suppress()
            : result;

    // The rows go back, but which of the collected changes went with them is not known.
    public void RolledBackToSavepoint(DbTransaction transaction, TransactionEventData eventData)
    {
        if (_dry.Current is { } run && !_dry.IsSaving(eventData.Context)) run.Refused("it goes back to a savepoint of its own");
    }

    public Task RolledBackToSavepointAsync(DbTransaction transaction, TransactionEventData eventData, CancellationToken cancellationToken = default)
    {
        RolledBackToSavepoint(transaction, eventData);
        return Task.CompletedTask;
    }

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData)
    {
        if (_dry.Current is null) _outer.Committed(transaction);
    }

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        TransactionCommitted(transaction, eventData);
        return Task.CompletedTask;
    }

    // In a dry run, all contexts share the first one's connection, which stays open until everything is rolled back.
    public InterceptionResult<DbConnection> ConnectionCreating(ConnectionCreatingEventData eventData, InterceptionResult<DbConnection> result) =>
        eventData.ConnectionString is { } text && _dry.Current?.Transaction.ShareFor(text) is { } shared ? InterceptionResult<DbConnection>.SuppressWithResult(shared) : result;

    public InterceptionResult ConnectionClosing(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) => LetGo(connection, dispose: false, result);

    public ValueTask<InterceptionResult> ConnectionClosingAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) => new(LetGo(connection, dispose: false, result));

    public InterceptionResult ConnectionDisposing(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) => LetGo(connection, dispose: true, result);

    public ValueTask<InterceptionResult> ConnectionDisposingAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) => new(LetGo(connection, dispose: true, result));

    // A save that another interceptor stopped before it began is told by nothing else.
    public void ConnectionClosed(DbConnection connection, ConnectionEndEventData eventData)
    {
        if (eventData.Context is { } context) _saves.AbandonAsync(context, wait: false).AsTask().GetAwaiter().GetResult();
        _commands.AbandonAsync(connection, wait: false).AsTask().GetAwaiter().GetResult();
    }

    public async Task ConnectionClosedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        await _commands.AbandonAsync(connection, wait: true);
        if (eventData.Context is { } context) await _saves.AbandonAsync(context, wait: true);
    }

    public void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => _database.Dialect.Configure(connection);

    public Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        _database.Dialect.Configure(connection);
        return Task.CompletedTask;
    }
#pragma warning restore CS1591

    private InterceptionResult LetGo(DbConnection connection, bool dispose, InterceptionResult result)
    {
        if (_dry.Current is not { } run || !run.Transaction.Holds(connection)) return result;
        run.Transaction.Keep(dispose);
        return InterceptionResult.Suppress();
    }

    private ValueTask BeginSaveAsync(DbContext context, bool wait, CancellationToken cancellationToken) =>
        _dry.Current is { } run ? _dry.BeginSaveAsync(run, context, wait) : _saves.BeginAsync(context, wait, cancellationToken);

    private ValueTask CompleteSaveAsync(DbContext context, bool wait) =>
        _dry.IsSaving(context) ? _dry.CompleteSaveAsync(context, wait) : _dry.Current is null ? _saves.CompleteAsync(context, wait) : ValueTask.CompletedTask;

    private ValueTask AbandonSaveAsync(DbContext context, bool wait)
    {
        if (!_dry.IsSaving(context)) return _saves.AbandonAsync(context, wait);
        _dry.EndSave(context);
        return ValueTask.CompletedTask;
    }

    private ValueTask BeforeAsync(DbContext? context, DbCommand command, bool returnsRows, bool wait, CancellationToken cancellationToken) =>
        _dry.Current is { } run ? _dry.BeforeAsync(run, context, command, returnsRows, wait) : _commands.BeforeAsync(context, command, returnsRows, wait, cancellationToken);

    private ValueTask AfterAsync(DbCommand command, DbContext? context, bool succeeded, bool wait)
    {
        _dry.After(command, context, succeeded);
        return _commands.AfterAsync(command, succeeded, wait);
    }
}
