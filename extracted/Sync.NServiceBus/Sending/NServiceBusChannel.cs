using global::NServiceBus.Extensibility;
using global::NServiceBus.Transport;
using Microsoft.Extensions.Options;
using Sync.Delivery;

namespace Sync.NServiceBus;

/// <summary>
/// Each change as a typed message to its receiver's queue, and as an event to whoever has subscribed. The receivers' answers come back as <see cref="ChangesAnswered"/>.
/// </summary>
internal sealed class NServiceBusChannel(
    IMessageSession session,
    Lazy<IMessageDispatcher> dispatcher,
    ITransportAddressResolver addresses,
    ContractTypes contracts,
    Lazy<SyncAcknowledgements> acknowledgements,
    IOptions<NServiceBusOptions> options) : IChannel
{
    public bool AnswersLater => true;

    public async Task<SyncReply?> SendAsync(string receiver, SyncBatch batch, CancellationToken cancellationToken)
    {
        var publishes = receiver == $"{batch.Module}/{Receiver.Anybody}";
        var destination = publishes ? null : addresses.ToTransportAddress(new QueueAddress(options.Value.Endpoints[receiver]));
        try
        {
            foreach (var together in batch.Messages.Chunk(options.Value.SendBatchSize))
            {
                var pending = new PendingTransportOperations();
                foreach (var message in together)
                    await (destination is null ? PublishAsync(message, batch.From, pending, cancellationToken) : SendAsync(message, batch.From, receiver, destination, pending, cancellationToken));
                await DispatchAsync(pending, cancellationToken);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"The transport did not take the changes for '{receiver}': {error.Message}", error);
        }

        // Nobody answers an event: the transport has it, and that is all there is to know.
        if (publishes)
            await acknowledgements.Value.SettleAsync(receiver, [.. batch.Messages.Select(message => new SyncAnswer(message.Position, message.Type, new SyncResult(SyncOutcome.Applied)))], cancellationToken);
        return null;
    }

    /// <summary>To that queue alone, though the contract is an event: the outbox waits for this receiver's answer, whoever else has subscribed.</summary>
    private Task SendAsync(SyncMessage message, string origin, string receiver, string destination, PendingTransportOperations pending, CancellationToken cancellationToken)
    {
        var send = new SendOptions();
        send.DoNotEnforceBestPractices();
        send.SetDestination(destination);
        Describe(send, message, origin, receiver, pending);
        return session.Send(contracts.Read(message), send, cancellationToken);
    }

    private Task PublishAsync(SyncMessage message, string origin, PendingTransportOperations pending, CancellationToken cancellationToken)
    {
        var publish = new PublishOptions();
        Describe(publish, message, origin, receiver: null, pending);
        return session.Publish(contracts.Read(message), publish, cancellationToken);
    }

    /// <summary>A repetition has the same id, so that a subscriber with an outbox of its own drops it.</summary>
    private static void Describe(ExtendableOptions options, SyncMessage message, string origin, string? receiver, PendingTransportOperations pending)
    {
        options.SetMessageId(message.Id);
        foreach (var (name, value) in ChangeHeaders.Of(message, origin, receiver)) options.SetHeader(name, value);
        // What is sent with them waits there, as it does within a handler.
        options.GetExtensions().Set(pending);
    }

    /// <summary>In one transaction of the transport, where it has any, and in the order in which they were sent.</summary>
    private Task DispatchAsync(PendingTransportOperations pending, CancellationToken cancellationToken)
    {
        // They are kept as a stack. Nothing is pending when nobody has subscribed.
        var operations = pending.Operations.Reverse().ToArray();
        return operations.Length == 0 ? Task.CompletedTask : dispatcher.Value.Dispatch(new TransportOperations(operations), new TransportTransaction(), cancellationToken);
    }
}
