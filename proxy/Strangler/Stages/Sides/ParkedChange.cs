namespace Strangler.Stages.Sides;

/// <summary>A change that its receiver has refused until the side gave up: nothing behind it on the same key is delivered.</summary>
internal sealed record ParkedChange(
    string Receiver, long Position, string Entity, string Key, string Type, long Epoch, int Attempts, string? Error, DateTimeOffset CreatedAt);

/// <summary>The answer to a retry or a discard.</summary>
internal sealed record ParkedCount(int Count);
