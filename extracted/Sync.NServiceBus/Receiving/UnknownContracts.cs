using global::NServiceBus.Pipeline;

namespace Sync.NServiceBus;

/// <summary>
/// A contract that is not known here could not be read, and would end in the error queue without a word to its sender. Answered instead, the sender falls back to an older
/// version of it, if there is one.
/// </summary>
internal sealed class UnknownContracts(ContractTypes contracts, ChangeInbox inbox) : Behavior<IIncomingPhysicalMessageContext>
{
    public override Task Invoke(IIncomingPhysicalMessageContext context, Func<Task> next) =>
        ChangeHeaders.Read(context.MessageHeaders, context.ReplyToAddress, context.Message.Body) is { } arrival && !contracts.Knows(arrival.Message.Type)
            ? inbox.TakeAsync(arrival, context.CancellationToken)
            : next();
}
