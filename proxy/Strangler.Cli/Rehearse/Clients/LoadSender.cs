using System.Net;
using Strangler.Corpus;
using Strangler.Forwarding;
using Strangler.Mirroring;

namespace Strangler.Cli.Rehearse.Clients;

/// <summary>Sends requests of clients to one address. In a rehearsal with faults it retries as a good client does; without faults it never does, as a retry would hide a failure.</summary>
/// <param name="address">Where the requests go.</param>
/// <param name="retries">Whether to retry.</param>
/// <param name="tally">Where requests and retries are counted; null for requests that are not part of the load.</param>
internal sealed class LoadSender(Uri address, bool retries, LoadTally? tally) : IDisposable
{
    private const int LargestBody = 16 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(30),
    };

    /// <summary>Sends a request until it is answered, or until a good client would give up.</summary>
    public async Task<LoadAnswer> SendAsync(LoadRequest request, CookieJar jar)
    {
        var began = TimeProvider.System.GetTimestamp();
        var repeated = false;
        tally?.Sent();
        for (var turn = 0; ; turn++)
        {
            var attempt = await TryAsync(request, jar);
            var mayRetry = retries && TimeProvider.System.GetElapsedTime(began) < Patience && attempt.IsWorthRetrying(request.CanBeRepeated);
            if (!mayRetry) return new LoadAnswer(attempt.Answer, attempt.Error, repeated) { IsUnknown = attempt.IsUnknown };
            repeated |= attempt.IsUnknown;
            tally?.Retried();
            await Task.Delay(attempt.RetryAfter ?? Backoff(turn), TimeProvider.System);
        }
    }

    public void Dispose() => _http.Dispose();

    private static TimeSpan Backoff(int turn) => TimeSpan.FromMilliseconds(Math.Min(100 << Math.Min(turn, 5), LongestPause.TotalMilliseconds));

    private async Task<Attempt> TryAsync(LoadRequest asked, CookieJar jar)
    {
        try
        {
            using var request = Message(asked, jar);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            var body = await MirrorSender.ReadAsync(response, LargestBody, CancellationToken.None);
            jar.Take(response);
            if (body is null) return new Attempt(null, $"the answer is longer than {LargestBody} bytes", IsUnknown: true, null);
            var answer = MirrorSender.AnswerOf(response, body.Value, MirrorSender.OriginsOf(address.Authority), address.AbsoluteUri);
            return new Attempt(answer, null, response.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout, PauseOf(response));
        }
        catch (HttpRequestException error)
        {
            // Without a connection nothing was sent.
            return new Attempt(null, error.Message, error.HttpRequestError != HttpRequestError.ConnectionError, null);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            return new Attempt(null, error.Message, IsUnknown: true, null);
        }
    }

    private HttpRequestMessage Message(LoadRequest asked, CookieJar jar)
    {
        var request = new HttpRequestMessage(new HttpMethod(asked.Method), UpstreamTransformer.UriFor(address.AbsoluteUri, asked.Target));
        if (asked.Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", asked.ContentType);
        }

        foreach (var header in asked.Headers) Add(request, header);
        if (request.Headers.Accept.ToString() is "" or "*/*") AsBrowser(request);
        if (jar.Header is { } cookies) request.Headers.TryAddWithoutValidation("Cookie", cookies);
        return request;
    }

    // The proxy gives its cookie to browsers only: programs that ask for anything else are one client for each address.
    private static void AsBrowser(HttpRequestMessage request)
    {
        request.Headers.Remove("Accept");
        request.Headers.TryAddWithoutValidation("Accept", "text/html, */*");
    }

    private static void Add(HttpRequestMessage request, ExchangeHeader header)
    {
        if (!request.Headers.TryAddWithoutValidation(header.Name, header.Value)) request.Content?.Headers.TryAddWithoutValidation(header.Name, header.Value);
    }

    private static TimeSpan? PauseOf(HttpResponseMessage response)
    {
        if (response.Headers.RetryAfter?.Delta is not { } asked) return null;
        return asked < LongestPause ? asked : LongestPause;
    }

    /// <param name="Answer">The answer, if one came.</param>
    /// <param name="Error">Why none came.</param>
    /// <param name="IsUnknown">True when the request may have been done all the same.</param>
    /// <param name="RetryAfter">When the server asks to come again.</param>
    private sealed record Attempt(MirrorAnswer? Answer, string? Error, bool IsUnknown, TimeSpan? RetryAfter)
    {
        public bool IsWorthRetrying(bool canBeRepeated)
        {
            var refused = Answer is { Status: 503 or 429 } || Answer is null && !IsUnknown;
            return refused || IsUnknown && canBeRepeated;
        }
    }
}
