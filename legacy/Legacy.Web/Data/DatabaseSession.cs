using System.Data;
using System.Data.Common;
using Legacy.Web.Data.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Legacy.Web.Data;

/// <summary>One request's connection. The modules' contexts join it, so that one transaction can span them.</summary>
public sealed class DatabaseSession(IOptions<DatabaseOptions> options, DatabaseKind kind, IWriteTurns writes) : IUnitOfWork, IAsyncDisposable, IDisposable
{
    private readonly List<DbContext> _contexts = [];
    private DbTransaction? _transaction;

    // Two that want the same row at once meet once; each meeting lets at least one of them go on.
    private const int Attempts = 10;

    public DbConnection Connection { get; } = kind.Connect(options.Value.ConnectionString);

    public async Task<T> RunAsync<T>(Func<IUnit, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var unit = await BeginAsync(cancellationToken);
                return await work(unit);
            }
            catch (Exception error) when (attempt < Attempts && HasLost(error))
            {
                // What was read belongs to a moment that is over.
                foreach (var context in _contexts) context.ChangeTracker.Clear();
            }
        }
    }

    public async Task<IUnit> BeginAsync(CancellationToken cancellationToken)
    {
        if (_transaction is not null) throw new InvalidOperationException("The request's unit of work has begun already.");
        var turn = await writes.EnterAsync(cancellationToken);
        try
        {
            if (Connection.State != ConnectionState.Open) await Connection.OpenAsync(cancellationToken);
            _transaction = await Connection.BeginTransactionAsync(kind.Isolation, cancellationToken);
            foreach (var context in _contexts) await context.Database.UseTransactionAsync(_transaction, cancellationToken);
            return new Unit(this, _transaction, turn);
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    internal void Join(DbContext context)
    {
        _contexts.Add(context);
        if (_transaction is not null) context.Database.UseTransaction(_transaction);
    }

    // A version that has moved on, or what the database says of two transactions that met.
    private bool HasLost(Exception error) => error is DbUpdateConcurrencyException || (error as DbException ?? error.InnerException as DbException) is { } database && kind.IsConflict(database);

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    public void Dispose() => Connection.Dispose();

    private sealed class Unit(DatabaseSession session, DbTransaction transaction, IDisposable turn) : IUnit
    {
        public DbTransaction Transaction => transaction;

        // Through EF where a context takes part, so that its interceptors hear of the commit.
        public Task CommitAsync(CancellationToken cancellationToken) =>
            session._contexts.Find(context => context.Database.CurrentTransaction is not null) is { } context
                ? context.Database.CommitTransactionAsync(cancellationToken)
                : transaction.CommitAsync(cancellationToken);

        public async ValueTask DisposeAsync()
        {
            try
            {
                session._transaction = null;
                await transaction.DisposeAsync();
                foreach (var context in session._contexts) await context.Database.UseTransactionAsync(null);
            }
            finally
            {
                turn.Dispose();
            }
        }
    }
}
