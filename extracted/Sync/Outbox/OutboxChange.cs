namespace Sync.Outbox;

/// <summary>A change to be written to the outbox.</summary>
internal readonly record struct OutboxChange(string Entity, string Key, string Type, byte[] Payload);
