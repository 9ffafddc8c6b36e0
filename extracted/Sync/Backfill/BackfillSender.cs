using Microsoft.Extensions.Options;
using Sync.Capture;
using Sync.Delivery;

namespace Sync.Backfill;

/// <summary>Sends a backfill's batches to the other side.</summary>
internal sealed class BackfillSender(ContractVersions channel, IOptions<SyncOptions> options)
{
    /// <exception cref="IOException">The other side was not reached.</exception>
    public async Task<SyncReply> SendAsync(ModuleMap module, SyncBatch batch, CancellationToken cancellationToken) => (await channel.SendAsync(module.Name, batch, cancellationToken))!;

    /// <summary>As much at a time as fits into one request, but always one row.</summary>
    public IEnumerable<List<SyncMessage>> Parts(List<SyncMessage> messages)
    {
        var part = new List<SyncMessage>();
        var bytes = 0L;
        foreach (var message in messages)
        {
            RequireSize(message);
            bytes += message.Size;
            if (part.Count > 0 && bytes > options.Value.MaximumBatchBytes)
            {
                yield return part;
                part = [];
                bytes = message.Size;
            }

            part.Add(message);
        }

        if (part.Count > 0) yield return part;
    }

    /// <exception cref="InvalidDataException">The row is larger than one request may be.</exception>
    public void RequireSize(SyncMessage message)
    {
        if (message.Size > options.Value.MaximumBodyBytes)
            throw new InvalidDataException($"The row {message.Key} of '{message.Entity}' has {message.Payload.Length} bytes, more than one request may have: raise Sync:MaximumBodyBytes ({options.Value.MaximumBodyBytes}) on both sides.");
    }
}
