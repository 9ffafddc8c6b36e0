using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Sync.Capture;
using Sync.Databases;
using Sync.Outbox;
using Sync.Ownership;

namespace Sync.Backfill;

/// <summary>One state of the owner's database: the rows, and a position at or below which nothing can change any more. The position is read first.</summary>
internal sealed class OwnerSnapshot : IAsyncDisposable
{
    private readonly IDialect _dialect;
    private readonly DbTransaction _transaction;

    private OwnerSnapshot(IDialect dialect, DbContext context, DbTransaction transaction, ModuleOwnership ownership, long position) =>
        (_dialect, Context, _transaction, Ownership, Position) = (dialect, context, transaction, ownership, position);

    public DbContext Context { get; }

    public ModuleOwnership Ownership { get; }

    public long Position { get; }

    public DbConnection Connection => Context.Database.GetDbConnection();

    public DbTransaction Transaction => _transaction;

    public static async Task<OwnerSnapshot> OpenAsync(SyncDatabase database, OwnershipStore ownerships, SettledPositions settled, ModuleMap module, DbContext context, CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken);
        var connection = context.Database.GetDbConnection();
        DbTransaction? transaction = null;
        try
        {
            var position = await settled.ReadAsync(connection, module.Name, cancellationToken);
            transaction = database.Dialect.BeginSnapshot(connection);
            var ownership = await ownerships.ReadAsync(connection, transaction, module.Name, wait: true, cancellationToken);
            await context.Database.UseTransactionAsync(transaction, cancellationToken);
            return new OwnerSnapshot(database.Dialect, context, transaction, ownership, position);
        }
        catch
        {
            if (transaction is not null) await database.Dialect.EndSnapshotAsync(transaction);
            await context.Database.CloseConnectionAsync();
            throw;
        }
    }

    /// <exception cref="OwnershipConflictException">The module is no longer what it was when the work began.</exception>
    public void RequireOwner(long epoch)
    {
        if (Ownership is not { State: OwnerState.Owner, Capture: true } || Ownership.Epoch != epoch)
            throw new OwnershipConflictException($"Module '{Ownership.Module}' changed hands or stopped capturing during the backfill of epoch {epoch}.");
    }

    public async ValueTask DisposeAsync()
    {
        await Context.Database.UseTransactionAsync(null);
        await _dialect.EndSnapshotAsync(_transaction);
        await Context.Database.CloseConnectionAsync();
    }
}
