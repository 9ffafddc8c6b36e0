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
            await Parallel.ForEachAsync(batch.Messages, new ParallelOptions { MaxDegreeOfParallelism = options.Value.SendConcurrency, CancellationToken = cancellationToken }, (message, cancel) =>
                new ValueTask(destination is null ? PublishAsync(message, batch.From, cancel) : SendAsync(message, batch.From, receiver, destination, cancel)));
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
    private Task SendAsync(SyncMessage message, string origin, string receiver, string destination, CancellationToken cancellationToken)
    {
        var send = new SendOptions();
        send.DoNotEnforceBestPractices();
        send.SetDestination(destination);
        Describe(send, message, origin, receiver);
        return session.Send(contracts.Read(message), send, cancellationToken);
    }

    private Task PublishAsync(SyncMessage message, string origin, CancellationToken cancellationToken)
    {
        var publish = new PublishOptions();
        Describe(publish, message, origin, receiver: null);
        return session.Publish(contracts.Read(message), publish, cancellationToken);
    }

    /// <summary>A repetition has the same id, so that a subscriber with an outbox of its own drops it.</summary>
    private static void Describe(ExtendableOptions send, SyncMessage message, string origin, string? receiver)
    {
        send.SetMessageId(message.Id);
        foreach (var (name, value) in ChangeHeaders.Of(message, origin, receiver)) send.SetHeader(name, value);
    }
}
