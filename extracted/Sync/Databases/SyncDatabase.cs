using System.Data.Common;
using Sync.Databases;

namespace Sync;

/// <summary>The database that holds the sync tables beside the modules' own.</summary>
public sealed class SyncDatabase
{
    private readonly WriteQueue _queue = new();
    private readonly Lock _lock = new();
    private readonly Action<DbConnection> _prepare;
    private volatile bool _ready;

    internal SyncDatabase(IDialect dialect, Action<DbConnection> prepare) => (Dialect, _prepare) = (dialect, prepare);

    internal IDialect Dialect { get; }

    internal SyncSql Sql => Dialect.Sql;

    /// <summary>
    /// Waits for this process's turn to write and keeps it until the result is disposed. Take it around an explicit transaction that spans several saves;
    /// a single save takes it by itself. Not re-entrant: do not save outside the explicit transaction while holding it.
    /// </summary>
    public ValueTask<IDisposable> EnterWriteAsync(CancellationToken cancellationToken = default) => _queue.EnterAsync(urgent: false, cancellationToken);

    /// <summary>As <see cref="EnterWriteAsync"/>, ahead of all who wait there. For short steps that are rare or come one at a time.</summary>
    internal ValueTask<IDisposable> EnterUrgentAsync(CancellationToken cancellationToken) => _queue.EnterAsync(urgent: true, cancellationToken);

    /// <summary>Opens a connection with the settings that sync relies on (on SQLite: WAL, synchronous FULL, foreign keys, a busy time-out).</summary>
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
            SchemaUpgrade.Run(Dialect, _prepare);
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
}
