using System.Collections.Concurrent;
using Sync.Capture;

namespace Sync.Delivery;

/// <summary>
/// Sends a message in the newest version that its receiver knows. Nobody has to be told which that is: a receiver that refuses a type as unknown is sent the same change
/// in the next older version, and asked again for the newest after a while, for it may have been upgraded.
/// </summary>
internal sealed class ContractVersions(IChannel channel, ModuleRegistry registry, TimeProvider time)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Receiver, string Type), long> _unknown = new();

    /// <inheritdoc cref="IChannel.AnswersLater"/>
    public bool AnswersLater => channel.AnswersLater;

    /// <inheritdoc cref="IChannel.SendAsync"/>
    public async Task<SyncReply?> SendAsync(string receiver, SyncBatch batch, CancellationToken cancellationToken)
    {
        var messages = batch.Messages;
        if (!_unknown.IsEmpty) messages = [.. messages.Select(message => Known(receiver, message))];
        var reply = await channel.SendAsync(receiver, batch with { Messages = messages }, cancellationToken);
        if (reply is null) return null;
        SyncResult[]? results = null;
        var sent = messages;
        while (true)
        {
            var current = results ?? reply.Results;
            var again = Enumerable.Range(0, sent.Count).Where(index => current[index].UnknownType && Older(sent[index]) is not null).ToArray();
            if (again.Length == 0) return results is null ? reply : reply with { Results = results };
            results ??= [.. reply.Results];
            foreach (var index in again) MarkUnknown(receiver, sent[index].Type);
            var next = sent.ToArray();
            foreach (var index in again) next[index] = Older(sent[index])!;
            var part = await channel.SendAsync(receiver, new SyncBatch(batch.Module, batch.From, [.. again.Select(index => next[index])], Vacate: batch.Vacate), cancellationToken);
            if (part is null) throw new InvalidOperationException("The channel answered one part of a batch and took another over.");
            for (var n = 0; n < again.Length; n++) results[again[n]] = part.Results[n];
            sent = next;
        }
    }

    /// <summary>The receiver has refused the type as unknown: an older version is sent from now on.</summary>
    /// <returns>False when there is no older version.</returns>
    public bool TryFallBack(string receiver, string module, string entity, string type)
    {
        if (registry.Find(module)?.Find(entity) is not { } map || OlderType(map, type) is null) return false;
        MarkUnknown(receiver, type);
        return true;
    }

    private void MarkUnknown(string receiver, string type) => _unknown[(receiver, type)] = time.GetTimestamp();

    private SyncMessage Known(string receiver, SyncMessage message)
    {
        var known = message;
        while (_unknown.TryGetValue((receiver, known.Type), out var since) && time.GetElapsedTime(since) < AskAgain && Older(known) is { } older) known = older;
        return known;
    }

    private SyncMessage? Older(SyncMessage message)
    {
        if (registry.Find(message.Module)?.Find(message.Entity) is not { } map || OlderType(map, message.Type) is not { } older) return null;
        return message with { Type = older, Payload = map.WriteChanged(map.ReadChanged(message.Type, message.Payload.Span), older) };
    }

    private static string? OlderType(EntityMap map, string type) => map.ChangedTypes.SkipWhile(known => known != type).Skip(1).FirstOrDefault();
}
