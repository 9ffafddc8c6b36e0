using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Sync.Capture;
using Sync.Databases;
using Sync.Ownership;

namespace Sync.Backfill;

/// <summary>One state of the owner's database: the last position and the rows as they were then. The position is read first, in the same read transaction.</summary>
internal sealed class OwnerSnapshot : IAsyncDisposable
{
    private readonly DbTransaction _transaction;

    private OwnerSnapshot(DbContext context, DbTransaction transaction, ModuleOwnership ownership, long position) =>
        (Context, _transaction, Ownership, Position) = (context, transaction, ownership, position);

    public DbContext Context { get; }

    public ModuleOwnership Ownership { get; }

    public long Position { get; }

    public DbConnection Connection => Context.Database.GetDbConnection();

    public DbTransaction Transaction => _transaction;

    public static async Task<OwnerSnapshot> OpenAsync(SyncDatabase database, OwnershipStore ownerships, ModuleMap module, DbContext context, CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken);
        var connection = context.Database.GetDbConnection();
        var transaction = database.Dialect.BeginSnapshot(connection);
        try
        {
            var position = Convert.ToInt64(await connection.Command(transaction, database.Sql.LastPosition).ScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
            var ownership = await ownerships.ReadAsync(connection, transaction, module.Name, wait: true, cancellationToken);
            await context.Database.UseTransactionAsync(transaction, cancellationToken);
            return new OwnerSnapshot(context, transaction, ownership, position);
        }
        catch
        {
            await transaction.DisposeAsync();
            await context.Database.CloseConnectionAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Context.Database.UseTransactionAsync(null);
        await _transaction.DisposeAsync();
        await Context.Database.CloseConnectionAsync();
    }
}
