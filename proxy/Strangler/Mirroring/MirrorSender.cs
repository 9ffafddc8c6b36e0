using System.Net;
using Microsoft.Extensions.Primitives;
using Strangler.Decision;
using Strangler.Evidence;
using Strangler.Forwarding;
using Strangler.Stages;

namespace Strangler.Mirroring;

/// <summary>Asks one side what a client has asked, outside any client's request.</summary>
internal sealed class MirrorSender
{
    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        "HTTP2-Settings", "Expect", "Content-Length", "traceparent", "tracestate",
    };

    private int _turn;

    /// <summary>False for what belongs to the client's connection and for what is the proxy's own.</summary>
    public static bool Travels(string header) => header.Length > 0 && header[0] != ':' && !HopByHop.Contains(header) && !InternalHeader.Is(header);

    /// <summary>What a client whose request named this host calls the site: with which scheme, the request does not say.</summary>
    public static string[] OriginsOf(string? host) => host is null ? [] : [$"http://{host}", $"https://{host}"];

    /// <summary>Asks within the plan's time for a candidate.</summary>
    /// <returns>The answer, or null and the class that its absence ends in.</returns>
    public async Task<(MirrorAnswer? Answer, ComparisonClass Failure)> TryAskAsync(MirrorJob job, Side side, TimeProvider time, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(job.Limits.CandidateTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            return await AskAsync(job, side, either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return (null, ComparisonClass.TimedOut);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return (null, ComparisonClass.CandidateFailed);
        }
    }

    /// <returns>The answer; null when its body is longer than the limit, or when the side refuses to write what should have been a read.</returns>
    /// <exception cref="HttpRequestException">The side did not answer.</exception>
    private async Task<(MirrorAnswer? Answer, ComparisonClass Failure)> AskAsync(MirrorJob job, Side side, CancellationToken cancellation)
    {
        var destinations = job.Route.On(side).Cluster?.DestinationsState.AvailableDestinations ?? [];
        if (destinations.Count == 0) throw new HttpRequestException($"The {side} has no available destination.");
        var destination = destinations[(int)((uint)Interlocked.Increment(ref _turn) % destinations.Count)];
        using var request = new HttpRequestMessage(new HttpMethod(job.Method), UpstreamTransformer.UriFor(destination.Model.Config.Address, job.Target))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        foreach (var (name, values) in job.Headers)
        {
            foreach (var value in values)
            {
                var sent = name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? ProxyCookie.Strip(value ?? "") : value;
                if (!string.IsNullOrEmpty(sent)) request.Headers.TryAddWithoutValidation(name, sent);
            }
        }

        using var response = await job.Route.On(side).Cluster!.Model.HttpClient.SendAsync(request, cancellation);
        // Asking the owner would write once more for nothing but the comparison.
        if (response.StatusCode == HttpStatusCode.MisdirectedRequest && response.Headers.NonValidated.Contains(InternalHeader.NotOwner)) return (null, ComparisonClass.Unsupported);
        var body = await ReadAsync(response, job.Limits.MirrorBody, cancellation);
        return body is null ? (null, ComparisonClass.TooLarge) : (AnswerOf(response, body.Value, job.Answer.Origins, destination.Model.Config.Address), default);
    }

    /// <summary>An answer that was given to the proxy itself.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="body">Its body.</param>
    /// <param name="origins">What the client calls the site.</param>
    /// <param name="address">Whom the proxy has asked.</param>
    public static MirrorAnswer AnswerOf(HttpResponseMessage response, ReadOnlyMemory<byte> body, IReadOnlyList<string> origins, string address)
    {
        var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .Select(static header => new KeyValuePair<string, StringValues>(header.Key, header.Value.ToArray())).ToArray();
        var inside = new Uri(address).Authority;
        return MirrorAnswer.Of((int)response.StatusCode, headers, body, [.. origins, $"http://{inside}", $"https://{inside}"]);
    }

    /// <returns>The body; null when it is longer than the limit.</returns>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellation) is var read and > 0)
        {
            if (kept.Length + read > limit) return null;
            kept.Write(buffer, 0, read);
        }

        return kept.GetBuffer().AsMemory(0, (int)kept.Length);
    }
}
