using Microsoft.Data.Sqlite;

namespace Strangler.Stages.Store.Sqlite;

/// <summary>
/// One connection to the state file, used by one caller at a time. SQLite works on the caller's thread, and every statement here takes
/// well under a millisecond, so that nobody's cancellation is asked for.
/// </summary>
internal sealed class SqliteStageDatabase : StageDatabase
{
    private const int ConstraintViolated = 19;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SqliteConnection _connection;
    private bool _disposed;

    public SqliteStageDatabase(string file)
        : this(file, StageSchema.Of("Sqlite", new SqliteStageSql()))
    {
    }

    internal SqliteStageDatabase(string file, StageSchema schema)
    {
        Sql = schema.Sql;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder) Directory.CreateDirectory(folder);
            _connection.Open();
            // FULL: what the journal says must survive the machine, not only the process.
            // busy_timeout: SQLite's own waiting starts at a millisecond; the client library's starts at 150.
            using (var command = _connection.CreateCommand())
            {
                command.CommandText = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
                command.ExecuteNonQuery();
            }

            schema.Upgrade(_connection, () => _connection.BeginTransaction(deferred: false), ($"The state file {Path.GetFullPath(file)}", "Strangler:State"));
        }
        catch (StateStoreException)
        {
            _connection.Dispose();
            throw;
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            _connection.Dispose();
            throw new StateStoreException(
                $"The state file {Path.GetFullPath(file)} cannot be used: {error.Message} " +
                "Give the proxy the right to write there, or set Strangler:State to another file.", error);
        }
    }

    public override StageSql Sql { get; }

    public override async Task<T> ReadAsync<T>(Func<StageSession, Task<T>> work, CancellationToken cancellation)
    {
        await EnterAsync().ConfigureAwait(false);
        try
        {
            return await work(new StageSession(_connection, null)).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override async Task<T> WriteAsync<T>(Func<StageSession, Task<T>> work, CancellationToken cancellation)
    {
        await EnterAsync().ConfigureAwait(false);
        try
        {
            var transaction = _connection.BeginTransaction(deferred: false);
            await using (transaction.ConfigureAwait(false))
            {
                var result = await work(new StageSession(_connection, transaction)).ConfigureAwait(false);
                transaction.Commit();
                return result;
            }
        }
        catch (SqliteException error) when (error is { SqliteErrorCode: ConstraintViolated, SqliteExtendedErrorCode: 1555 or 2067 })
        {
            throw StateConflictException.OfRow(error);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Waits for the work under way: a connection that is closed beneath it would leave it half done, and the next caller with an error that says nothing.</summary>
    public override void Dispose()
    {
        _turn.Wait(CancellationToken.None);
        _disposed = true;
        _connection.Dispose();
        // Not disposed of: whoever waits for it has to be let in, to be told.
        _turn.Release();
    }

    private async Task EnterAsync()
    {
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        if (!_disposed) return;
        _turn.Release();
        throw new ObjectDisposedException(nameof(SqliteStageDatabase), "The state file has been closed.");
    }
}
