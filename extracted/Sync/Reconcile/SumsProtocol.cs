using System.Text.Json;
using Sync.Delivery;

namespace Sync.Reconcile;

/// <summary>Asks for the checksum of a range, its rows' hashes, or the rows with some keys, in the first of the message's versions that is known there.</summary>
internal sealed record SumsRequest(string Entity, string? After, string? Through, bool Rows, IReadOnlyList<string>? Keys, IReadOnlyList<string>? Types = null);

/// <summary>The answer: hashes as numbers would lose digits on their way through other programs, so they are text.</summary>
internal sealed record SumsReply(int Count, string Sum, IReadOnlyList<string>? Keys, IReadOnlyList<ulong>? Hashes, IReadOnlyDictionary<string, JsonElement>? Payloads, string? Type = null);

/// <summary>Asks the other side for checksums.</summary>
internal sealed class SumsClient(PeerClient client, Receivers receivers)
{
    /// <exception cref="IOException">The other side was not reached or answered something else.</exception>
    public async Task<SumsReply> AskAsync(string module, SumsRequest request, CancellationToken cancellationToken)
    {
        var peer = receivers.PeerOf(module) ?? throw new IOException($"No other side is set for module '{module}': set Sync:Peers:{module}.");
        var answer = await client.PostAsync(peer.Address, $"_sync/modules/{module}/sums", JsonSerializer.SerializeToUtf8Bytes(request, SyncJson.Options), cancellationToken);
        try
        {
            return JsonSerializer.Deserialize<SumsReply>(answer, SyncJson.Options) ?? throw new IOException("The other side answered no checksum.");
        }
        catch (JsonException error)
        {
            throw new IOException($"The other side answered something else than a checksum: {error.Message}", error);
        }
    }
}
