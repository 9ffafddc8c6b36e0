using Sync.Capture;

namespace Sync.Inbox;

/// <summary>Finds what a message means here: the declared entity and the row it describes.</summary>
internal static class MessageDecoder
{
    public static DecodedMessage Decode(ModuleMap module, SyncMessage message)
    {
        if (module.Find(message.Entity) is not { } map)
            return Refuse(message, $"The entity '{message.Entity}' of module '{module.Name}' is unknown here.");
        if (message.Type != map.Removed && !map.ChangedTypes.Contains(message.Type))
            return Refuse(message, $"The type '{message.Type}' is unknown here; known are {string.Join(", ", map.ChangedTypes.Append(map.Removed).Select(type => $"'{type}'"))}.") with { UnknownType = true };
        if (message.Epoch < 1 || message.Position < 0)
            return Refuse(message, $"The version ({message.Epoch}, {message.Position}) is none.");
        try
        {
            if (message.Type == map.Removed)
            {
                map.ParseKey(message.Key);
                return new DecodedMessage(message, map, null, null);
            }

            var row = map.ReadChanged(message.Type, message.Payload.Span);
            return map.KeyOf(row) == message.Key
                ? new DecodedMessage(message, map, row, null)
                : Refuse(message, $"The message's key is {message.Key}, but its row's key is {map.KeyOf(row)}.");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Refuse(message, $"The message cannot be read as '{message.Type}': {error.Message}");
        }
    }

    private static DecodedMessage Refuse(SyncMessage message, string reason) => new(message, null, null, reason);
}
