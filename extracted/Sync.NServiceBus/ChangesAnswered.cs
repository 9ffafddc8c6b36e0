
namespace Sync.NServiceBus;

/// <summary>What a receiver made of changes: goes back to the queue of the side that sent them, and there to the outbox.</summary>
/// <param name="Receiver">The receiver's name in the sender's outbox.</param>
/// <param name="Answers">One for each change.</param>
public sealed record ChangesAnswered(string Receiver, IReadOnlyList<ChangeAnswer> Answers);

/// <summary>The answer to one change.</summary>
/// <param name="Position">The change's position.</param>
/// <param name="Type">The registered name of the contract that it came as.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">Why it was rejected, or null.</param>
/// <param name="UnknownType">True when the receiver does not know the contract.</param>
public sealed record ChangeAnswer(long Position, string Type, SyncOutcome Outcome, string? Reason = null, bool UnknownType = false);

/// <summary>The end of the way: the outbox.</summary>
internal sealed class ChangesAnsweredHandler(SyncAcknowledgements acknowledgements) : IHandleMessages<ChangesAnswered>
{
    public Task Handle(ChangesAnswered message, IMessageHandlerContext context) =>
        acknowledgements.SettleAsync(
            message.Receiver,
            [.. message.Answers.Select(answer => new SyncAnswer(answer.Position, answer.Type, new SyncResult(answer.Outcome, answer.Reason, answer.UnknownType)))],
            context.CancellationToken);
}
