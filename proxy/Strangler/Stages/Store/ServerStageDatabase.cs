using System.Data.Common;

namespace Strangler.Stages.Store;

/// <summary>A database on a server: a pooled connection for each piece of work, and a read that meets a broken one is done again.</summary>
internal abstract class ServerStageDatabase(StageSchema schema) : StageDatabase
{
    // A pool may hold several connections that a restart of the server has broken; each is found out by its first use.
    private const int Tries = 4;

    public override StageSql Sql => schema.Sql;

    public override async Task<T> ReadAsync<T>(Func<StageSession, Task<T>> work, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var connection = Connect();
                await using (connection.ConfigureAwait(false))
                {
                    await connection.OpenAsync(cancellation).ConfigureAwait(false);
                    return await work(new StageSession(connection, null)).ConfigureAwait(false);
                }
            }
            catch (DbException error) when (cancellation.IsCancellationRequested)
            {
                throw Cancelled(error, cancellation);
            }
            catch (DbException error) when (attempt < Tries && IsBroken(error))
            {
                // The connection is gone and nothing has been changed: a new one may do.
            }
        }
    }

    public override async Task<T> WriteAsync<T>(Func<StageSession, Task<T>> work, CancellationToken cancellation)
    {
        var (connection, transaction) = await BeginAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        await using (transaction.ConfigureAwait(false))
        {
            try
            {
                var result = await DoAsync(work, new StageSession(connection, transaction), cancellation).ConfigureAwait(false);
                // Not the caller's token: nobody could tell what a commit that was given up half way has done.
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                return result;
            }
            catch (DbException error) when (IsSameRow(error))
            {
                throw StateConflictException.OfRow(error);
            }
        }
    }

    /// <summary>Opens the database once and brings its schema up to date; called by the constructor of the database.</summary>
    protected void Prepare()
    {
        var place = ($"The state database {Place}", "Strangler:Database:ConnectionString");
        try
        {
            using var connection = Connect();
            connection.Open();
            schema.Upgrade(connection, connection.BeginTransaction, place);
        }
        catch (DbException error)
        {
            throw new StateStoreException($"{place.Item1} cannot be used: {error.Message.TrimEnd('.')}. {Mend(error)}", error);
        }
    }

    /// <summary>Server and database, without credentials.</summary>
    protected abstract string Place { get; }

    protected abstract DbConnection Connect();

    /// <summary>True when the connection has failed, not the statement.</summary>
    protected abstract bool IsBroken(DbException error);

    /// <summary>True when two have written a row that may be there once.</summary>
    protected abstract bool IsSameRow(DbException error);

    /// <summary>What the operator does about it.</summary>
    protected abstract string Mend(DbException error);

    private static async Task<T> DoAsync<T>(Func<StageSession, Task<T>> work, StageSession session, CancellationToken cancellation)
    {
        try
        {
            return await work(session).ConfigureAwait(false);
        }
        catch (DbException error) when (cancellation.IsCancellationRequested)
        {
            throw Cancelled(error, cancellation);
        }
    }

    // SQL Server's driver alone answers a cancellation with an error of its own.
    private static OperationCanceledException Cancelled(DbException error, CancellationToken cancellation) => new(error.Message, error, cancellation);

    // Until the transaction has begun nothing has been done, so that it may be begun again.
    private async Task<(DbConnection Connection, DbTransaction Transaction)> BeginAsync(CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var connection = Connect();
            try
            {
                await connection.OpenAsync(cancellation).ConfigureAwait(false);
                return (connection, await BeginAsync(connection, cancellation).ConfigureAwait(false));
            }
            catch (DbException error) when (cancellation.IsCancellationRequested)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw Cancelled(error, cancellation);
            }
            catch (DbException error) when (attempt < Tries && IsBroken(error))
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    private static async Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellation)
    {
        var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        try
        {
            // Some drivers only note the beginning: a statement shows whether the server is there.
            var command = connection.CreateCommand();
            await using (command.ConfigureAwait(false))
            {
                (command.CommandText, command.Transaction) = ("SELECT 1", transaction);
                await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
            }

            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
