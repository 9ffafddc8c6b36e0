using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Sync.Ownership;

namespace Sync.DryRuns;

/// <summary>What the transaction of a dry run needs of its surroundings.</summary>
internal sealed record DryRunStart(SyncDatabase Database, OwnershipStore Ownerships, TimeSpan Limit, ILogger Logger);

/// <summary>
/// The one transaction of a dry run, on one connection that all its contexts share. It begins before the first command and takes the lock that the inbox respects: what the
/// request reads and writes is one state, and how far that state is can be told. It is never committed.
/// </summary>
internal sealed partial class DryRunTransaction(DryRun run, DryRunStart start)
{
    private const string Outer = "dry_run_outer";

    private DbConnection? _connection;
    private DbTransaction? _transaction;
    private IDisposable? _turn;
    private string? _connectionString;
    private bool _dispose;
    private int _released;
    private bool _wrote;
    private bool _broken;
    private bool _committed;
    private bool _handedOut;
    private (bool Wrote, IReadOnlyDictionary<string, int> Collected) _before;

    /// <summary>How far the state is that the run has seen; null when it has seen none.</summary>
    public AppliedMark? Began { get; private set; }

    public bool Holds(DbConnection connection) => ReferenceEquals(connection, _connection) && !IsReleased;

    public bool Is(DbTransaction transaction) => ReferenceEquals(transaction, _transaction);

    /// <summary>The connection for another context on the same database: on one of its own it would neither see what is written here nor get past it.</summary>
    public DbConnection? ShareFor(string connectionString) => !IsReleased && _connection is not null && connectionString == _connectionString ? _connection : null;

    /// <summary>The transaction for a step on the connection, which is open.</summary>
    /// <exception cref="DryRunRefusedException">The step could not be taken without saying something false, or at all.</exception>
    public async ValueTask<DbTransaction> JoinAsync(DbContext context, DbConnection connection, bool wait)
    {
        if (_connection is null) await BeginAsync(context, connection, wait);
        if (!ReferenceEquals(connection, _connection)) throw run.Refused("it uses a second connection to the database, which would not see what the first has written");
        if (_broken) throw run.Refused("a command outside of a save failed, which has ended its transaction");
        if (IsAlive(_transaction!)) return _transaction!;
        ForgetUncommitted();
        if (_committed || _wrote) throw run.Refused("it goes on in the database after its own transaction has ended, and would not see what that one wrote");
        _transaction = await TransactionAsync(connection, wait);
        return _transaction;
    }

    /// <summary>A command that may change something has been let through.</summary>
    public void Wrote() => _wrote = true;

    /// <summary>Elsewhere than on SQLite, a command that fails outside of a savepoint ends the transaction. As a command of its own it would have ended nothing.</summary>
    public void CommandFailed() => _broken |= !start.Database.Dialect.HasSingleWriter;

    /// <summary>The host begins a transaction: it gets this one, and what it rolls back goes back to here.</summary>
    public async ValueTask<DbTransaction> HandOutAsync(DbContext context, DbConnection connection, bool wait)
    {
        var transaction = await JoinAsync(context, connection, wait);
        _before = (_wrote, run.Collected);
        _handedOut = true;
        if (!_wrote) return transaction;
        if (wait) await transaction.SaveAsync(Outer, run.Stop);
        else transaction.Save(Outer);
        return transaction;
    }

    /// <summary>The host has committed: what it reads until it disposes of its transaction is what it wrote.</summary>
    public void Committing() => (_committed, _handedOut) = (true, false);

    /// <returns>True when the transaction itself must not be rolled back, because it holds more than the host's.</returns>
    public async ValueTask<bool> RollingBackAsync(bool wait)
    {
        ForgetUncommitted();
        if (!_wrote) return false;
        if (wait) await _transaction!.RollbackAsync(Outer, CancellationToken.None);
        else _transaction!.Rollback(Outer);
        return true;
    }

    /// <summary>What the host did in a transaction that it has not committed has come to nothing.</summary>
    public void ForgetUncommitted()
    {
        if (!_handedOut) return;
        _handedOut = false;
        _wrote = _before.Wrote;
        run.Forget(_before.Collected);
    }

    /// <summary>A context lets go of its connection: it is kept open, and kept at all, until the run is over.</summary>
    public void Keep(bool dispose) => _dispose |= dispose;

    /// <summary>Rolls back, closes, gives the turn back. It runs where nobody would hear of an error: a connection that is closed rolls back as well.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0) return;
        try
        {
            _transaction?.Dispose();
        }
        catch (Exception error)
        {
            LogRollback(start.Logger, run.Module, error);
        }

        try
        {
            if (_dispose) _connection?.Dispose();
            else _connection?.Close();
        }
        catch (Exception error)
        {
            LogRollback(start.Logger, run.Module, error);
        }
        finally
        {
            _turn?.Dispose();
        }
    }

    private bool IsReleased => Volatile.Read(ref _released) != 0;

    private async ValueTask BeginAsync(DbContext context, DbConnection connection, bool wait)
    {
        run.IsWaiting = true;
        _turn ??= wait ? await start.Database.EnterTurnAsync(run.Stop) : start.Database.EnterTurnAsync(run.Stop).AsTask().GetAwaiter().GetResult();
        _connectionString = context.Database.GetConnectionString();
        _transaction = await TransactionAsync(connection, wait);
        _connection = connection;
        Began = start.Database.Applied.Mark(run.Module);
    }

    private async ValueTask<DbTransaction> TransactionAsync(DbConnection connection, bool wait)
    {
        var begin = start.Database.Dialect.BeginExclusiveAsync(connection, run.Module, start.Limit, run.Stop);
        var transaction = wait ? await begin : begin.AsTask().GetAwaiter().GetResult();
        run.IsWaiting = false;
        try
        {
            var ownership = await start.Ownerships.ReadAsync(connection, transaction, run.Module, wait, run.Stop);
            if (ownership.State != OwnerState.Follower) throw run.Refused($"this side is no follower of the module but {ownership.State.ToString().ToLowerInvariant()}");
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    private static bool IsAlive(DbTransaction transaction)
    {
        try
        {
            return transaction.Connection is { State: ConnectionState.Open };
        }
        catch (ObjectDisposedException)
        {
            // Npgsql's way of saying no.
            return false;
        }
    }

    [LoggerMessage(3701, LogLevel.Error, "Rolling back a dry run of module {Module} failed.")]
    private static partial void LogRollback(ILogger logger, string module, Exception error);
}
