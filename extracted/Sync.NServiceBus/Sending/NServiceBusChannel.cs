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
    ContractTypes types,
    Lazy<SyncAcknowledgements> acknowledgements,
    IOptions<NServiceBusOptions> options) : IChannel
{
    public bool AnswersLater => true;

    public async Task<SyncReply?> SendAsync(string receiver, SyncBatch batch, CancellationToken cancellationToken)
    {
        var publishes = receiver == $"{batch.Module}/{Receiver.Anybody}";
        var destination = publishes ? null : addresses.ToTransportAddress(new QueueAddress(options.Value.Endpoints[receiver]));
        var (contracts, settled) = Read(batch.Messages);
        try
        {
            foreach (var together in contracts.Chunk(options.Value.SendBatchSize))
            {
                var pending = new PendingTransportOperations();
                foreach (var (message, contract) in together)
                    await (destination is null ? PublishAsync(contract, message, batch.From, pending, cancellationToken) : SendAsync(contract, message, batch.From, receiver, destination, pending, cancellationToken));
                await DispatchAsync(pending, cancellationToken);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"The transport did not take the changes for '{receiver}': {error.Message}", error);
        }

        // Nobody answers an event: the transport has it, and that is all there is to know.
        if (publishes) settled.AddRange(contracts.Select(sent => new SyncAnswer(sent.Message.Position, sent.Message.Type, new SyncResult(SyncOutcome.Applied))));
        if (settled.Count > 0) await acknowledgements.Value.SettleAsync(receiver, settled, cancellationToken);
        return null;
    }

    /// <summary>What cannot be read is refused alone, as its receiver would refuse it: those behind it must not wait for it.</summary>
    private (List<(SyncMessage Message, object Contract)> Contracts, List<SyncAnswer> Refused) Read(IReadOnlyList<SyncMessage> messages)
    {
        var contracts = new List<(SyncMessage, object)>(messages.Count);
        var refused = new List<SyncAnswer>();
        foreach (var message in messages)
        {
            try
            {
                contracts.Add((message, types.Read(message)));
            }
            catch (FormatException error)
            {
                refused.Add(new SyncAnswer(message.Position, message.Type, new SyncResult(SyncOutcome.Rejected, error.Message)));
            }
        }

        return (contracts, refused);
    }

    /// <summary>To that queue alone, though the contract is an event: the outbox waits for this receiver's answer, whoever else has subscribed.</summary>
    private Task SendAsync(object contract, SyncMessage message, string origin, string receiver, string destination, PendingTransportOperations pending, CancellationToken cancellationToken)
    {
        var send = new SendOptions();
        send.DoNotEnforceBestPractices();
        send.SetDestination(destination);
        Describe(send, message, origin, receiver, pending);
        return session.Send(contract, send, cancellationToken);
    }

    private Task PublishAsync(object contract, SyncMessage message, string origin, PendingTransportOperations pending, CancellationToken cancellationToken)
    {
        var publish = new PublishOptions();
        Describe(publish, message, origin, receiver: null, pending);
        return session.Publish(contract, publish, cancellationToken);
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
