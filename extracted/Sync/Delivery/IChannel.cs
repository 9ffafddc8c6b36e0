namespace Sync;

/// <summary>Carries batches to receivers. A channel may lose, repeat and reorder: rows stay in the outbox until a reply has acknowledged them.</summary>
public interface IChannel
{
    /// <summary>Sends a batch and returns what the receiver made of it.</summary>
    /// <param name="receiver">The receiver's name.</param>
    /// <param name="batch">The messages.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="IOException">The receiver was not reached or could not work; the whole batch may be sent again.</exception>
    Task<SyncReply> SendAsync(string receiver, SyncBatch batch, CancellationToken cancellationToken);
}
