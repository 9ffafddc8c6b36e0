using System.Data.Common;

namespace Legacy.Web.Data;

/// <summary>One transaction over every module that the request calls.</summary>
public interface IUnitOfWork
{
    Task<IUnit> BeginAsync(CancellationToken cancellationToken);
}

/// <summary>The transaction under way. Left without a commit it is rolled back.</summary>
public interface IUnit : IAsyncDisposable
{
    DbTransaction Transaction { get; }

    Task CommitAsync(CancellationToken cancellationToken);
}
