using Faults.History;

namespace Faults.Storage;

/// <summary>A side's database, looked at and hindered from outside the process that uses it.</summary>
internal interface ISideDatabase : IHindered, IDisposable
{
    /// <summary>All products, from one state of the database.</summary>
    IReadOnlyList<Row> Products();

    /// <summary>The module's ownership row; null while the database cannot be read.</summary>
    OwnershipRow? Ownership();

    /// <summary>Changes that the other side has not acknowledged, and those of them that are parked.</summary>
    (long Waiting, long Parked) Backlog();
}
