namespace Sync;

/// <summary>One change on its way.</summary>
/// <param name="Module">The module.</param>
/// <param name="Entity">The entity's declared name.</param>
/// <param name="Key">The key of the row, as text.</param>
/// <param name="Type">The registered name of the contract, with its version.</param>
/// <param name="Epoch">The owner's epoch when the row was written.</param>
/// <param name="Position">The outbox position within the sender; (epoch, position) orders all changes of one key.</param>
/// <param name="TraceParent">The trace of the business write, or null.</param>
/// <param name="Payload">The contract as UTF-8 JSON.</param>
public sealed record SyncMessage(string Module, string Entity, string Key, string Type, long Epoch, long Position, string? TraceParent, ReadOnlyMemory<byte> Payload)
{
    /// <summary>How often its receiver has refused it so far. A channel may tell the receiver.</summary>
    public int Refusals { get; init; }

    /// <summary>What the message adds to a batch, names, trace and escapes in the key taken for long rather than short.</summary>
    internal long Size => Payload.Length + (6 * Key.Length) + 512;

    /// <summary>The same for every repetition of this change, different for any other: fit to be a message id.</summary>
    public string Id => FormattableString.Invariant($"{Module}/{Entity}/{Key}/{Epoch}.{Position}");
}

/// <summary>Says that the messages are all rows of an entity with a key above <paramref name="After"/> up to <paramref name="Through"/>.</summary>
/// <param name="Entity">The entity's declared name.</param>
/// <param name="After">The key before the first row, or null for the beginning.</param>
/// <param name="Through">The last key, or null for the end.</param>
public sealed record SyncRange(string Entity, string? After, string? Through);

/// <summary>Messages of one module in the order in which they were written.</summary>
/// <param name="Module">The module.</param>
/// <param name="From">The sender's side: <c>legacy</c> or <c>service</c>.</param>
/// <param name="Messages">The messages.</param>
/// <param name="Range">Set by the backfill: the receiver then names its rows in the range that the messages lack.</param>
/// <param name="Vacate">Set by the backfill: nothing is applied, but the rows with these keys let go of their unique values, for which others of the messages wait. All are sent again.</param>
public sealed record SyncBatch(string Module, string From, IReadOnlyList<SyncMessage> Messages, SyncRange? Range = null, bool Vacate = false);

/// <summary>What became of a message.</summary>
public enum SyncOutcome
{
    /// <summary>Applied, durably.</summary>
    Applied,

    /// <summary>Already applied: nothing was done.</summary>
    Duplicate,

    /// <summary>A newer version is there, or the sender is no longer the owner: nothing was done, and nothing ever will.</summary>
    Stale,

    /// <summary>Refused, with a reason: nothing was done; it may be sent again.</summary>
    Rejected,
}

/// <summary>The outcome of one message.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">Why it was rejected, or null.</param>
/// <param name="UnknownType">True when it was rejected because the receiver does not know its type: an older version of it may be understood.</param>
public readonly record struct SyncResult(SyncOutcome Outcome, string? Reason = null, bool UnknownType = false);

/// <summary>The answer to a batch.</summary>
/// <param name="Results">One for each message, in their order.</param>
/// <param name="Extra">The receiver's keys in the batch's range that the batch lacks.</param>
public sealed record SyncReply(IReadOnlyList<SyncResult> Results, IReadOnlyList<string> Extra);
