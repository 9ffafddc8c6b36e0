namespace Faults.Storage;

/// <summary>A database that can be hurt.</summary>
internal interface IHindered
{
    /// <summary>Keeps every writer out, and lets readers in, until disposed.</summary>
    IDisposable Lock();

    /// <summary>Gives the disk no room until disposed; null where this cannot be done.</summary>
    IDisposable? Fill();

    /// <summary>Ends every connection at once; false where there are none to end.</summary>
    bool Disconnect();
}
