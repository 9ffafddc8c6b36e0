using System.Data;
using System.Data.Common;
using Sync.Databases;
using Sync.DryRuns;

namespace Sync;

/// <summary>The database that holds the sync tables beside the modules' own.</summary>
public sealed class SyncDatabase
{
    private readonly WriteQueue _queue = new();
    private readonly Lock _lock = new();
    private readonly Action<DbConnection, DbTransaction> _prepare;
    private readonly IDryRun _dryRun;
    private volatile bool _ready;

    internal const int MostTries = 5;

    internal SyncDatabase(IDialect dialect, Action<DbConnection, DbTransaction> prepare, IDryRun dryRun) => (Dialect, _prepare, _dryRun) = (dialect, prepare, dryRun);

    internal IDialect Dialect { get; }

    internal SyncSql Sql => Dialect.Sql;

    internal WriteQueue Queue => _queue;

    /// <summary>What the inbox of this process has applied to it, in order.</summary>
    internal AppliedLog Applied { get; } = new();

    /// <summary>
    /// Waits for this process's turn to write and keeps it until the result is disposed. Take it around an explicit transaction that spans several saves;
    /// a single save takes it by itself. Not re-entrant: do not save outside the explicit transaction while holding it. On a database whose writers run side by side there
    /// is nothing to wait for.
    /// </summary>
    public ValueTask<IDisposable> EnterWriteAsync(CancellationToken cancellationToken = default) =>
        // A dry run has its turn, or is about to take it for all that its request does.
        _dryRun.IsDryRun ? new(NoTurn.Instance) : EnterTurnAsync(cancellationToken);

    /// <summary>As <see cref="EnterWriteAsync"/>, for a dry run itself.</summary>
    internal ValueTask<IDisposable> EnterTurnAsync(CancellationToken cancellationToken) =>
        Dialect.HasSingleWriter ? _queue.EnterAsync(urgent: false, cancellationToken) : new(NoTurn.Instance);

    /// <summary>As <see cref="EnterWriteAsync"/>, ahead of all who wait there. For short steps that are rare or come one at a time.</summary>
    internal ValueTask<IDisposable> EnterUrgentAsync(CancellationToken cancellationToken) =>
        Dialect.HasSingleWriter ? _queue.EnterAsync(urgent: true, cancellationToken) : new(NoTurn.Instance);

    /// <summary>Reads over a connection of its own. A server that was restarted has left the pool with connections that fail once they are used: then another one is asked.</summary>
    internal async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var connection = await OpenAsync(cancellationToken);
            try
            {
                return await read(connection);
            }
            catch (DbException) when (attempt < MostTries && connection.State != ConnectionState.Open)
            {
            }
        }
    }

    /// <summary>Does the work in a write transaction and commits it; where another transaction was in the way, all of it is done again.</summary>
    internal async Task<T> WriteAsync<T>(bool urgent, Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var turn = urgent ? await EnterUrgentAsync(cancellationToken) : await EnterWriteAsync(cancellationToken);
                await using var connection = await OpenAsync(cancellationToken);
                await using var transaction = await Dialect.BeginWriteAsync(connection, cancellationToken);
                var result = await work(connection, transaction);
                await transaction.CommitAsync(cancellationToken);
                return result;
            }
            catch (DbException error) when (attempt < MostTries && Dialect.IsTransient(error))
            {
                await Task.Delay(PauseAfter(attempt), cancellationToken);
            }
        }
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    internal Task WriteAsync(bool urgent, Func<DbConnection, DbTransaction, Task> work, CancellationToken cancellationToken) => WriteAsync(urgent, async (connection, transaction) =>
    {
        await work(connection, transaction);
        return true;
    }, cancellationToken);

    /// <summary>Two that got into each other's way should not meet again.</summary>
    internal static TimeSpan PauseAfter(int attempt) => TimeSpan.FromMilliseconds(Random.Shared.Next(5, 20) * attempt);

    /// <summary>Opens a connection with the settings that sync relies on (on SQLite: WAL, synchronous FULL, foreign keys, a busy time-out; elsewhere the server's).</summary>
    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken = default)
    {
        EnsureReady();
        return await ConnectAsync(cancellationToken);
    }

    /// <summary>Creates or upgrades the sync tables, once.</summary>
    /// <exception cref="InvalidOperationException">The tables were made by a newer version.</exception>
    internal void EnsureReady()
    {
        if (_ready) return;
        lock (_lock)
        {
            if (_ready) return;
            SchemaUpgrade.Run(Dialect, Dialect.SchemaScripts, _prepare);
            _ready = true;
        }
    }

    private async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = Dialect.CreateConnection();
        try
        {
            await connection.OpenAsync(cancellationToken);
            Dialect.Configure(connection);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private sealed class NoTurn : IDisposable
    {
        public static NoTurn Instance { get; } = new();

        public void Dispose()
        {
        }
    }
}
