namespace Sync;

/// <summary>Carries batches to receivers. A channel may lose, repeat and reorder: rows stay in the outbox until a reply or an acknowledgement has settled them.</summary>
public interface IChannel
{
    /// <summary>
    /// True when batches are only handed over here, and the receivers' answers come later, one by one, to <see cref="SyncAcknowledgements"/>. What is not answered within
    /// <see cref="SyncOptions.AcknowledgeTimeout"/> is sent again.
    /// </summary>
    bool AnswersLater => false;

    /// <summary>Sends a batch.</summary>
    /// <param name="receiver">The receiver's name.</param>
    /// <param name="batch">The messages.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>What the receiver made of it, or null when the answers come later.</returns>
    /// <exception cref="IOException">The receiver was not reached or could not work; the whole batch may be sent again.</exception>
    Task<SyncReply?> SendAsync(string receiver, SyncBatch batch, CancellationToken cancellationToken);
}
