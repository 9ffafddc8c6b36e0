using System.Data.Common;

namespace Legacy.Web.Data;

/// <summary>One transaction over every module that the request calls.</summary>
public interface IUnitOfWork
{
    Task<IUnit> BeginAsync(CancellationToken cancellationToken);

    /// <summary>Runs the work in a transaction, and again from its start when it has lost against another one; it commits the transaction itself.</summary>
    Task<T> RunAsync<T>(Func<IUnit, Task<T>> work, CancellationToken cancellationToken);
}

/// <summary>The transaction under way. Left without a commit it is rolled back.</summary>
public interface IUnit : IAsyncDisposable
{
    DbTransaction Transaction { get; }

    Task CommitAsync(CancellationToken cancellationToken);
}
