using Faults.History;

namespace Faults.Running;

/// <summary>A side's database, looked at and hindered from outside the process that uses it.</summary>
internal interface ISideDatabase : IDisposable
{
    /// <summary>All products, from one state of the database.</summary>
    IReadOnlyList<Row> Products();

    /// <summary>The module's ownership row; null while the database cannot be read.</summary>
    OwnershipRow? Ownership();

    /// <summary>Changes that the other side has not acknowledged, and those of them that are parked.</summary>
    (long Waiting, long Parked) Backlog();

    /// <summary>Keeps every writer out until disposed.</summary>
    IDisposable Lock();

    /// <summary>Gives the disk no room until disposed; null where this cannot be done here.</summary>
    IDisposable? Fill();
}
