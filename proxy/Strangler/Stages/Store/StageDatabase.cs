namespace Strangler.Stages.Store;

/// <summary>A database that holds the store's tables.</summary>
internal abstract class StageDatabase : IDisposable
{
    public abstract StageSql Sql { get; }

    /// <summary>Runs queries. The work may be run again from its start when the connection breaks.</summary>
    public abstract Task<T> ReadAsync<T>(Func<StageSession, Task<T>> work, CancellationToken cancellation);

    /// <summary>Runs the work in a transaction.</summary>
    /// <exception cref="StateConflictException">Another coordinator has written the same row in between.</exception>
    public abstract Task<T> WriteAsync<T>(Func<StageSession, Task<T>> work, CancellationToken cancellation);

    public abstract void Dispose();
}
