using System.Text.Json;

namespace Sync.NServiceBus;

/// <summary>Brings a contract's messages to the inbox. One is registered for each declared contract.</summary>
internal sealed class ChangeHandler<TMessage>(ChangeInbox inbox) : IHandleMessages<TMessage> where TMessage : class
{
    public Task Handle(TMessage message, IMessageHandlerContext context)
    {
        var arrival = ChangeHeaders.Read(context.MessageHeaders, context.ReplyToAddress, JsonSerializer.SerializeToUtf8Bytes(message, SyncJson.Options))
            ?? throw new ChangeRejectedException($"The message {context.MessageId} was not sent by a relay: it lacks the Sync.* headers. The inbox takes changes from the module's other side only; ask for a change with a command.");
        return inbox.TakeAsync(arrival, context.CancellationToken);
    }
}

/// <summary>The inbox has refused a message for good, or would do so again: it goes to the error queue at once.</summary>
public sealed class ChangeRejectedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">Why.</param>
    public ChangeRejectedException(string reason) : base(reason)
    {
    }
}
