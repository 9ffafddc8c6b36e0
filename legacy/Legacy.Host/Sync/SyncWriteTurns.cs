using Legacy.Web.Data;
using Sync;

namespace Legacy.Host.Sync;

/// <summary>The unit of work waits in the same line as sync's own writers.</summary>
internal sealed class SyncWriteTurns(SyncDatabase database) : IWriteTurns
{
    public ValueTask<IDisposable> EnterAsync(CancellationToken cancellationToken) => database.EnterWriteAsync(cancellationToken);
}
