using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Sync.Capture;

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

    internal SyncInterceptor(SyncDatabase database, SaveCapture saves, CommandGuard commands, OuterTransactions outer) =>
        (_database, _saves, _commands, _outer) = (database, saves, commands, outer);

#pragma warning disable CS1591 // The members are EF Core's, and documented there.
    public InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        if (eventData.Context is { } context) _saves.BeginAsync(context, wait: false, default).AsTask().GetAwaiter().GetResult();
        return result;
    }

    public async ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { } context) await _saves.BeginAsync(context, wait: true, cancellationToken);
        return result;
    }

    public int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        if (eventData.Context is { } context) _saves.CompleteAsync(context, wait: false).AsTask().GetAwaiter().GetResult();
        return result;
    }

    public async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { } context) await _saves.CompleteAsync(context, wait: true);
        return result;
    }

    public void SaveChangesFailed(DbContextErrorEventData eventData)
    {
        if (eventData.Context is { } context) _saves.AbandonAsync(context, wait: false).AsTask().GetAwaiter().GetResult();
    }

    public async Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { } context) await _saves.AbandonAsync(context, wait: true);
    }

    public void SaveChangesCanceled(DbContextEventData eventData)
    {
        if (eventData.Context is { } context) _saves.AbandonAsync(context, wait: false).AsTask().GetAwaiter().GetResult();
    }

    public async Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { } context) await _saves.AbandonAsync(context, wait: true);
    }

    public InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        _commands.BeforeAsync(eventData.Context, command, returnsRows: true, wait: false, default).AsTask().GetAwaiter().GetResult();
        return result;
    }

    public async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await _commands.BeforeAsync(eventData.Context, command, returnsRows: true, wait: true, cancellationToken);
        return result;
    }

    public InterceptionResult<object> ScalarExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<object> result)
    {
        _commands.BeforeAsync(eventData.Context, command, returnsRows: true, wait: false, default).AsTask().GetAwaiter().GetResult();
        return result;
    }

    public async ValueTask<InterceptionResult<object>> ScalarExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        await _commands.BeforeAsync(eventData.Context, command, returnsRows: true, wait: true, cancellationToken);
        return result;
    }

    public InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        _commands.BeforeAsync(eventData.Context, command, returnsRows: false, wait: false, default).AsTask().GetAwaiter().GetResult();
        return result;
    }

    public async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await _commands.BeforeAsync(eventData.Context, command, returnsRows: false, wait: true, cancellationToken);
        return result;
    }

    public int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        _commands.AfterAsync(command, succeeded: true, wait: false).AsTask().GetAwaiter().GetResult();
        return result;
    }

    public async ValueTask<int> NonQueryExecutedAsync(DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        await _commands.AfterAsync(command, succeeded: true, wait: true);
        return result;
    }

    public void CommandFailed(DbCommand command, CommandErrorEventData eventData) =>
        _commands.AfterAsync(command, succeeded: false, wait: false).AsTask().GetAwaiter().GetResult();

    public async Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default) =>
        await _commands.AfterAsync(command, succeeded: false, wait: true);

    public void CommandCanceled(DbCommand command, CommandEndEventData eventData) =>
        _commands.AfterAsync(command, succeeded: false, wait: false).AsTask().GetAwaiter().GetResult();

    public async Task CommandCanceledAsync(DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken = default) =>
        await _commands.AfterAsync(command, succeeded: false, wait: true);

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => _outer.Committed(transaction);

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        _outer.Committed(transaction);
        return Task.CompletedTask;
    }

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
}
