using System.Globalization;

namespace Sync.NServiceBus;

/// <summary>What sync says of a change beside the message itself. A subscriber outside may read or ignore all of it.</summary>
internal static class ChangeHeaders
{
    public const string Module = "Sync.Module";
    public const string Entity = "Sync.Entity";
    public const string Key = "Sync.Key";
    public const string Type = "Sync.Type";
    public const string Epoch = "Sync.Epoch";
    public const string Position = "Sync.Position";

    /// <summary>The side that wrote it: <c>legacy</c> or <c>service</c>.</summary>
    public const string Origin = "Sync.Origin";

    /// <summary>The receiver's name in the sender's outbox, which the answer names. Published events have none.</summary>
    public const string Receiver = "Sync.Receiver";

    /// <summary>How often the receiver has refused it already.</summary>
    public const string Refusals = "Sync.Refusals";

    /// <summary>The trace of the business write.</summary>
    public const string TraceParent = "Sync.TraceParent";

    public static IEnumerable<KeyValuePair<string, string>> Of(SyncMessage message, string origin, string? receiver)
    {
        yield return new(Module, message.Module);
        yield return new(Entity, message.Entity);
        yield return new(Key, message.Key);
        yield return new(Type, message.Type);
        yield return new(Epoch, message.Epoch.ToString(CultureInfo.InvariantCulture));
        yield return new(Position, message.Position.ToString(CultureInfo.InvariantCulture));
        yield return new(Origin, origin);
        if (receiver is not null) yield return new(Receiver, receiver);
        if (message.Refusals > 0) yield return new(Refusals, message.Refusals.ToString(CultureInfo.InvariantCulture));
        if (message.TraceParent is { } trace) yield return new(TraceParent, trace);
    }

    /// <summary>Null when the message was not sent by a relay.</summary>
    public static Arrival? Read(IReadOnlyDictionary<string, string> headers, string? replyTo, ReadOnlyMemory<byte> payload)
    {
        if (replyTo is null || !headers.TryGetValue(Module, out var module) || !headers.TryGetValue(Entity, out var entity) || !headers.TryGetValue(Key, out var key)
            || !headers.TryGetValue(Type, out var type) || !headers.TryGetValue(Receiver, out var receiver) || !headers.TryGetValue(Origin, out var origin)
            || Number(headers, Epoch) is not { } epoch || Number(headers, Position) is not { } position) return null;
        var message = new SyncMessage(module, entity, key, type, epoch, position, headers.GetValueOrDefault(TraceParent), payload) { Refusals = (int)(Number(headers, Refusals) ?? 0) };
        return new Arrival(message, origin, receiver, replyTo);
    }

    private static long? Number(IReadOnlyDictionary<string, string> headers, string name) =>
        headers.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>A change as it came.</summary>
/// <param name="Message">The change.</param>
/// <param name="Origin">The side that wrote it.</param>
/// <param name="Receiver">The name that the sender's outbox has for this side.</param>
/// <param name="ReplyTo">The sender's queue.</param>
internal sealed record Arrival(SyncMessage Message, string Origin, string Receiver, string ReplyTo);
