using System.Data.Common;

namespace Sync.Databases;

/// <summary>
/// Statements of one transaction of which none needs another's answer. Where the driver can, they go to the server together, which spares a round trip for each. They run
/// in the order in which they were added, and the first that fails ends the rest.
/// </summary>
internal interface IStatements
{
    /// <summary>Adds a statement with the values that its parameters have now. Where each goes by itself, it is run now, and throws what it throws.</summary>
    void Add(DbCommand statement);

    /// <summary>Ends when all that were added since the last call have run.</summary>
    /// <returns>How many rows each has changed.</returns>
    Task<IReadOnlyList<int>> RunAsync(CancellationToken cancellationToken);
}
