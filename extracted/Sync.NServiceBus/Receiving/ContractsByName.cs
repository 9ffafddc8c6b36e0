using global::NServiceBus.Pipeline;

namespace Sync.NServiceBus;

/// <summary>
/// A change is what its registered name says, whatever type its sender wrote it from: it is read as the type that is declared for that name here. A name that is not known
/// could not be read, and would end in the error queue without a word to its sender. Answered instead, the sender falls back to an older version of it, if there is one.
/// </summary>
internal sealed class ContractsByName(ContractTypes contracts, ChangeInbox inbox) : Behavior<IIncomingPhysicalMessageContext>
{
    public override Task Invoke(IIncomingPhysicalMessageContext context, Func<Task> next)
    {
        if (ChangeHeaders.Read(context.MessageHeaders, context.ReplyToAddress, context.Message.Body) is not { } arrival) return next();
        if (contracts.TypeOf(arrival.Message.Type) is not { } type) return inbox.TakeAsync(arrival, context.CancellationToken);
        context.Message.Headers[Headers.EnclosedMessageTypes] = type.AssemblyQualifiedName!;
        return next();
    }
}
