using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Sync.Delivery;

/// <summary>Batches as HTTP posts to the receiver's <c>/_sync/inbox</c>: nothing has to be installed.</summary>
internal sealed class HttpChannel(PeerClient client, Receivers receivers) : IChannel
{
    public async Task<SyncReply?> SendAsync(string receiver, SyncBatch batch, CancellationToken cancellationToken)
    {
        var target = receivers.Find(receiver) ?? throw new IOException($"No address is set for the receiver '{receiver}'.");
        var body = await client.PostAsync(target.Address, "_sync/inbox", BatchFormat.Write(batch), cancellationToken);
        try
        {
            return BatchFormat.ReadReply(body, batch.Messages.Count);
        }
        catch (JsonException error)
        {
            throw new IOException($"The receiver '{receiver}' at {target.Address} answered something else than a reply: {error.Message}", error);
        }
    }
}

/// <summary>Calls the other side.</summary>
internal sealed class PeerClient(IOptions<SyncOptions> options) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(5),
    })
    {
        Timeout = options.Value.SendTimeout,
        MaxResponseContentBufferSize = options.Value.MaximumBodyBytes,
    };

    /// <exception cref="IOException">The other side was not reached in time, or answered no success.</exception>
    public async Task<byte[]> PostAsync(Uri address, string path, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var url = new Uri(address.AbsoluteUri.TrimEnd('/') + "/" + path);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation(SyncHeaders.Key, options.Value.Key);
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.RequestEntityTooLarge)
                throw new BatchTooLargeException($"{url} does not take a request of {json.Length} bytes: raise Sync:MaximumBodyBytes there.");
            if (!response.IsSuccessStatusCode) throw new IOException($"{url} answered {(int)response.StatusCode}.");
            return await response.Content.ReadAsByteArrayAsync(cancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw new IOException($"{url} was not reached: {error.Message}", error);
        }
        catch (TaskCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NoAnswerException($"{url} did not answer within {options.Value.SendTimeout}.", error);
        }
    }

    public void Dispose() => _http.Dispose();
}
