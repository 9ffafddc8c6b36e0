namespace Legacy.Web.Data;

/// <summary>Turns for explicit transactions: SQLite has one writer, and a second one would poll for the lock with long pauses.</summary>
public interface IWriteTurns
{
    /// <summary>Waits for a turn; disposing the result ends it.</summary>
    ValueTask<IDisposable> EnterAsync(CancellationToken cancellationToken);
}
