using Sync.Capture;

namespace Sync.Inbox;

/// <summary>A message read before the transaction begins, so that the database's one writer is not kept while parsing.</summary>
/// <param name="Message">The message.</param>
/// <param name="Map">The entity, or null when the message is refused.</param>
/// <param name="Row">The row to write, or null for a removal.</param>
/// <param name="Refusal">Why it is refused, or null.</param>
/// <param name="UnknownType">True when it is refused for its type, so that another version of it may be understood.</param>
internal readonly record struct DecodedMessage(SyncMessage Message, EntityMap? Map, object? Row, string? Refusal, bool UnknownType = false);
