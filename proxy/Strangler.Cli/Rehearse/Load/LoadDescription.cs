using Strangler.Corpus;

namespace Strangler.Cli.Rehearse.Load;

/// <summary>What generated clients do during a rehearsal, as <c>load.json</c> says it.</summary>
/// <param name="Clients">How many clients write; each owns a share of the keys.</param>
/// <param name="ReadsPerSecond">Reads of all visitors together.</param>
/// <param name="WritesPerSecond">Writes of all clients together.</param>
/// <param name="Headers">Sent with every request.</param>
/// <param name="Reads">What visitors ask for.</param>
/// <param name="Records">What the clients write.</param>
internal sealed record LoadDescription(
    int Clients,
    double ReadsPerSecond,
    double WritesPerSecond,
    IReadOnlyList<ExchangeHeader> Headers,
    IReadOnlyList<LoadRead> Reads,
    IReadOnlyList<LoadRecord> Records);

/// <summary>One kind of request that changes nothing.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query, with placeholders.</param>
/// <param name="Status">The status that is expected; null for the one that the legacy gives.</param>
/// <param name="Changes">True when the answer shows what the clients write: then only its status is checked.</param>
/// <param name="Headers">Sent besides the common ones.</param>
/// <param name="Body">The body; null for none.</param>
internal sealed record LoadRead(string Method, string Target, int? Status, bool Changes, IReadOnlyList<ExchangeHeader> Headers, LoadBody? Body);

/// <summary>One kind of thing that clients write, and how a write is read back.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Keys">The keys that exist from the start and belong to the load; null when it only writes what it has created.</param>
/// <param name="Read">The target that shows one of them.</param>
/// <param name="Value">The place of the written value in that answer.</param>
/// <param name="Gone">The status of that answer once it has been removed.</param>
/// <param name="Headers">Sent with its writes besides the common ones.</param>
/// <param name="Writes">The writes.</param>
/// <param name="Weight">How often it is chosen, compared with the other records.</param>
internal sealed record LoadRecord(
    string Name, KeyRange? Keys, string Read, JsonPlace Value, int Gone, IReadOnlyList<ExchangeHeader> Headers, IReadOnlyList<LoadWrite> Writes, int Weight);

/// <summary>One kind of write.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query, with placeholders.</param>
/// <param name="Status">The status that acknowledges it.</param>
/// <param name="Body">The body; null for none.</param>
/// <param name="Effect">What it does to the record.</param>
/// <param name="Answer">Where its answer shows the new key, or the value that the write has left; null when the value is the one that was sent.</param>
/// <param name="Weight">How often it is chosen, compared with the record's other writes.</param>
internal sealed record LoadWrite(string Method, string Target, int Status, LoadBody? Body, WriteEffect Effect, JsonPlace? Answer, int Weight)
{
    /// <summary>True when doing it twice leaves what doing it once leaves, so that a good client repeats it when no answer came.</summary>
    public bool CanBeRepeated => Method is "PUT" or "DELETE";
}

/// <summary>What a write does to a record.</summary>
internal enum WriteEffect
{
    /// <summary>Gives it a value.</summary>
    Sets,

    /// <summary>Makes a new one.</summary>
    Creates,

    /// <summary>Removes one that the load has created.</summary>
    Removes,
}

/// <summary>Keys that are numbers, both ends included.</summary>
internal sealed record KeyRange(int First, int Last)
{
    public int Count => Last - First + 1;
}
