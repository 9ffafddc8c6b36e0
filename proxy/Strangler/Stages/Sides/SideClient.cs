using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Strangler.Plan;

namespace Strangler.Stages.Sides;

/// <summary>
/// Speaks the sides' <c>/_sync/</c> protocol. Every call is bounded in time and ends in an answer or in a <see cref="SideException"/>
/// that says what is known about it.
/// </summary>
internal sealed class SideClient(HttpClient http, Func<PlanSnapshot> plan, Func<string?> key)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(5);

    public Task<SideStatus> StatusAsync(string module, Side side, CancellationToken cancellation) =>
        SendAsync<SideStatus>(HttpMethod.Get, module, side, "", null, CallLimit, cancellation);

    /// <summary>The side's status, or null when it does not say: whoever asks keeps to what is known already.</summary>
    public async Task<SideStatus?> TryStatusAsync(string module, Side side, CancellationToken cancellation)
    {
        try
        {
            return await StatusAsync(module, side, cancellation).ConfigureAwait(false);
        }
        catch (SideException)
        {
            // The side says nothing, and that changes nothing.
            return null;
        }
    }

    /// <summary>Turns capture on or off, if the side is still at the epoch <paramref name="expected"/>; turned on, it captures at the epoch <paramref name="at"/>.</summary>
    public Task CaptureAsync(string module, Side side, bool enabled, long expected, long at, CancellationToken cancellation) =>
        SendAsync<JsonElement>(HttpMethod.Post, module, side, "/capture", new { enabled, expected, at }, CallLimit, cancellation);

    public Task FollowAsync(string module, Side side, long epoch, bool reset, CancellationToken cancellation) =>
        SendAsync<JsonElement>(HttpMethod.Post, module, side, "/follow", new { epoch, reset }, CallLimit, cancellation);

    /// <summary>As <see cref="FollowAsync"/> with a reset, if the side is still at the epoch <paramref name="expected"/>.</summary>
    public Task FollowAnewAsync(string module, Side side, long expected, long epoch, CancellationToken cancellation) =>
        SendAsync<JsonElement>(HttpMethod.Post, module, side, "/follow", new { epoch, reset = true, expected }, CallLimit, cancellation);

    public Task BackfillAsync(string module, Side side, bool restart, CancellationToken cancellation) =>
        SendAsync<JsonElement>(HttpMethod.Post, module, side, "/backfill", new { restart }, CallLimit, cancellation);

    public Task ReconcileAsync(string module, Side side, bool repair, CancellationToken cancellation) =>
        SendAsync<JsonElement>(HttpMethod.Post, module, side, "/reconcile", new { repair }, CallLimit, cancellation);

    public Task<FenceAnswer> FenceAsync(string module, Side side, long epoch, TimeSpan limit, CancellationToken cancellation) =>
        SendAsync<FenceAnswer>(HttpMethod.Post, module, side, "/fence", new { epoch }, limit, cancellation);

    public Task<DrainAnswer> DrainAsync(string module, Side side, long position, TimeSpan limit, CancellationToken cancellation) =>
        SendAsync<DrainAnswer>(HttpMethod.Post, module, side, "/drain", new { position, timeoutMs = (long)limit.TotalMilliseconds }, limit + TimeSpan.FromSeconds(1), cancellation);

    public Task<SideStatus> OpenAsync(string module, Side side, long epoch, IReadOnlyDictionary<string, long> keys, bool capture, CancellationToken cancellation) =>
        SendAsync<SideStatus>(HttpMethod.Post, module, side, "/open", new { epoch, keys, capture }, CallLimit, cancellation);

    public Task DetachAsync(string module, Side side, bool detached, CancellationToken cancellation) =>
        SendAsync<JsonElement>(HttpMethod.Post, module, side, "/detach", new { detached }, CallLimit, cancellation);

    public Task RetireAsync(string module, Side side, long epoch, bool owner, CancellationToken cancellation) =>
        SendAsync<JsonElement>(HttpMethod.Post, module, side, "/retire", owner ? new { epoch, role = "owner" } : new { epoch }, CallLimit, cancellation);

    /// <summary>Asks what the service has applied since it ran a write dry.</summary>
    public Task<AppliedSince> AppliedAsync(string module, object since, CancellationToken cancellation) =>
        SendAsync<AppliedSince>(HttpMethod.Post, module, Side.Service, "/applied", since, CallLimit, cancellation);

    public Task<IReadOnlyList<ParkedChange>> ParkedAsync(string module, Side side, CancellationToken cancellation) =>
        SendAsync<IReadOnlyList<ParkedChange>>(HttpMethod.Get, module, side, "/parked", null, CallLimit, cancellation);

    public Task<ParkedCount> RetryParkedAsync(string module, Side side, IReadOnlyList<long> positions, CancellationToken cancellation) =>
        SendAsync<ParkedCount>(HttpMethod.Post, module, side, "/parked/retry", new { positions }, CallLimit, cancellation);

    public Task<ParkedCount> DiscardParkedAsync(string module, Side side, IReadOnlyList<long> positions, CancellationToken cancellation) =>
        SendAsync<ParkedCount>(HttpMethod.Post, module, side, "/parked/discard", new { positions }, CallLimit, cancellation);

    /// <summary>Asks whether a side answers at all: 2xx of <c>/healthz</c>, or, where a server has no such page, any answer below 500 to <c>/</c>.</summary>
    /// <returns>Null when it is healthy, else what was seen.</returns>
    public async Task<SideFault?> HealthAsync(string module, Side side, CancellationToken cancellation)
    {
        using var limit = Limited(CallLimit, cancellation);
        var address = Addresses(module, side)[0];
        try
        {
            foreach (var path in (string[])["/healthz", "/"])
            {
                using var answer = await http.GetAsync(At(address, path), HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode) return null;
                if ((int)answer.StatusCode < 500 && path == "/") return null;
                if ((int)answer.StatusCode >= 500) return new SideFault($"{path} answered {(int)answer.StatusCode}", "It runs, but is not healthy: its log says why.");
            }

            return null;
        }
        catch (HttpRequestException error)
        {
            return new SideFault($"{address} does not answer", SideHint.OfConnection(error));
        }
        catch (Exception error) when (error is IOException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return new SideFault($"{address} does not answer in time", "It may be overloaded or out of the network's reach: see its log, and check its address in the plan.");
        }
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string module, Side side, string path, object? body, TimeSpan limit, CancellationToken cancellation)
    {
        var call = $"{method} /_sync/modules/{module}{path}";
        SideException? last = null;
        if (side == Side.Service && !plan().Modules.ContainsKey(module)) throw new SideException(side, call, SideFailure.NotSent, null, $"the plan no longer has the module '{module}'");
        foreach (var address in Addresses(module, side))
        {
            try
            {
                return await SendToAsync<T>(new HttpRequestMessage(method, At(address, $"/_sync/modules/{Uri.EscapeDataString(module)}{path}")), side, call, body, limit, cancellation).ConfigureAwait(false);
            }
            catch (SideException error) when (error.Failure == SideFailure.NotSent)
            {
                // Instances of one side share their database: the next one can do it as well.
                last = error;
            }
        }

        throw last!;
    }

    private async Task<T> SendToAsync<T>(HttpRequestMessage request, Side side, string call, object? body, TimeSpan limit, CancellationToken cancellation)
    {
        using var owned = request;
        using var limited = Limited(limit, cancellation);
        if (key() is { } secret) request.Headers.TryAddWithoutValidation("Strangler-Key", secret);
        if (body is not null) request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, Json)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        try
        {
            using var answer = await http.SendAsync(request, limited.Token).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode) throw await RefusalAsync(answer, side, call, limited.Token).ConfigureAwait(false);
            if (answer.StatusCode == HttpStatusCode.NoContent || answer.Content.Headers.ContentLength == 0 || typeof(T) == typeof(JsonElement)) return default!;
            return await answer.Content.ReadFromJsonAsync<T>(Json, limited.Token).ConfigureAwait(false)
                ?? throw new SideException(side, call, SideFailure.Unknown, (int)answer.StatusCode, "the answer was empty");
        }
        catch (HttpRequestException error)
        {
            var sent = error.HttpRequestError is not (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError);
            throw new SideException(side, call, sent ? SideFailure.Unknown : SideFailure.NotSent, null, $"{request.RequestUri!.GetLeftPart(UriPartial.Authority)} does not answer ({error.Message})", error);
        }
        catch (JsonException error)
        {
            throw new SideException(side, call, SideFailure.Unknown, null, $"{request.RequestUri!.GetLeftPart(UriPartial.Authority)} answers, but not in the sync protocol", error);
        }
        catch (IOException error)
        {
            throw new SideException(side, call, SideFailure.Unknown, null, error.Message, error);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new SideException(side, call, SideFailure.Unknown, null, $"no answer within {limit.TotalSeconds:0.#} s", error);
        }
    }

    private static async Task<SideException> RefusalAsync(HttpResponseMessage answer, Side side, string call, CancellationToken cancellation)
    {
        var status = (int)answer.StatusCode;
        var text = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        var detail = text;
        try
        {
            using var problem = JsonDocument.Parse(text);
            var parts = (string[])["title", "detail", "mend"];
            detail = string.Join(". ", parts.Select(p => problem.RootElement.TryGetProperty(p, out var value) ? value.ToString() : null).Where(p => !string.IsNullOrWhiteSpace(p)));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Not every server answers with a problem document; its text says as much as it can.
            detail = text.Length > 200 ? text[..200] : text;
        }

        return new SideException(side, call, status is >= 400 and < 500 ? SideFailure.Refused : SideFailure.Unknown, status, $"{status} {detail}".TrimEnd());
    }

    // The real clock, not the injected one: this bounds a socket, and a test that stops the clock must not make a call endless.
    private static CancellationTokenSource Limited(TimeSpan limit, CancellationToken cancellation)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        source.CancelAfter(limit);
        return source;
    }

    private IReadOnlyList<Uri> Addresses(string module, Side side) =>
        side == Side.Legacy ? [plan().LegacyAddress] : plan().Modules[module].ServiceAddresses;

    private static Uri At(Uri address, string path) => new(address.ToString().TrimEnd('/') + path, UriKind.Absolute);
}
