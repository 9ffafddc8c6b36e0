using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;
using Faults.History;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace Faults.Wire;

/// <summary>
/// The man in the middle: what one side sends to the other goes through here and meets the faults of the moment. Deliveries are kept, so that any of them can be
/// sent again later.
/// </summary>
internal sealed class PeerWire : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly RunHistory _history;
    private readonly Random _random;
    private readonly Lock _lock = new();
    private readonly HashSet<WireFault> _met = [];
    private readonly ConcurrentQueue<(string Key, byte[] Body)> _kept = new();
    private readonly ConcurrentBag<Task> _later = [];
    private readonly CancellationTokenSource _ended = new();
    private WebHost? _host;
    private IReadOnlyList<WireFault> _faults = [];
    private int _percent;

    private PeerWire(Uri target, RunHistory history, int seed) => (Target, _history, _random) = (target, history, new Random(seed));

    public Uri Target { get; }

    public Uri Address => _host!.Address;

    public static async Task<PeerWire> StartAsync(Uri target, RunHistory history, int seed)
    {
        var wire = new PeerWire(target, history, seed);
        wire._host = await WebHost.StartAsync(app => app.Run(wire.PassAsync));
        return wire;
    }

    /// <summary>From now on, so many of a hundred deliveries meet one of the faults.</summary>
    public void Set(IReadOnlyList<WireFault> faults, int percent)
    {
        lock (_lock) (_faults, _percent) = (faults, percent);
    }

    public void Clear() => Set([], 0);

    /// <summary>The faults that deliveries have met since they were asked for last.</summary>
    public IReadOnlyList<WireFault> TakeMet()
    {
        lock (_lock)
        {
            WireFault[] met = [.. _met];
            _met.Clear();
            return met;
        }
    }

    /// <summary>Sends some of the deliveries of the past again, the oldest too: nothing of them may have an effect.</summary>
    public async Task<int> ReplayAsync(int most)
    {
        var kept = _kept.ToArray();
        var sent = await Task.WhenAll(kept.Take(most / 2).Concat(kept.TakeLast(most / 2)).Distinct().Select(async delivery =>
        {
            using var answer = await TrySendAsync(delivery.Key, delivery.Body);
            return answer is not null;
        }));
        return sent.Count(static arrived => arrived);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_later).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_host is not null) await _host.DisposeAsync();
        _http.Dispose();
        _ended.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        using var memory = new MemoryStream();
        await context.Request.Body.CopyToAsync(memory, context.RequestAborted);
        var body = memory.ToArray();
        var path = context.Request.Path + context.Request.QueryString;
        var key = context.Request.Headers["Strangler-Key"].ToString();
        var delivery = path == "/_sync/inbox";
        if (delivery) Keep(key, body);
        var (fault, wait) = delivery ? Next() : (WireFault.None, TimeSpan.Zero);
        switch (fault)
        {
            case WireFault.Drop:
                context.Abort();
                return;
            case WireFault.Fail:
                context.Response.StatusCode = 500;
                return;
            case WireFault.Hang:
                await HangAsync(context);
                return;
            case WireFault.Reorder:
                _later.Add(LaterAsync(key, body, wait));
                context.Response.StatusCode = 503;
                return;
            case WireFault.Delay:
                await Task.Delay(wait, _ended.Token);
                break;
            case WireFault.Repeat:
                _later.Add(LaterAsync(key, body, wait));
                break;
        }

        using var answer = await TrySendAsync(key, body, context.Request.Method, path, context.Request.ContentType);
        if (fault == WireFault.AnswerLate) await HangAsync(context);
        if (answer is null || fault == WireFault.LoseAnswer)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private (WireFault Fault, TimeSpan Wait) Next()
    {
        lock (_lock)
        {
            if (_faults.Count == 0 || _random.Next(100) >= _percent) return (WireFault.None, TimeSpan.Zero);
            var fault = _faults[_random.Next(_faults.Count)];
            _met.Add(fault);
            return (fault, TimeSpan.FromMilliseconds(_random.Next(20, 1500)));
        }
    }

    private async Task LaterAsync(string key, byte[] body, TimeSpan wait)
    {
        await Task.Delay(wait, _ended.Token);
        using var answer = await TrySendAsync(key, body);
    }

    private async Task<HttpResponseMessage?> TrySendAsync(string key, byte[] body, string method = "POST", string path = "/_sync/inbox", string? type = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Target, path));
        if (body.Length > 0) request.Content = new ByteArrayContent(body) { Headers = { ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type) } };
        request.Headers.TryAddWithoutValidation("Strangler-Key", key);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, _ended.Token);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Until the sender gives up.</summary>
    private async Task HangAsync(HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _ended.Token);
        await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Keep(string key, byte[] body)
    {
        _kept.Enqueue((key, body));
        using var batch = JsonDocument.Parse(body);
        // A backfill's chunk states rows, not changes.
        if (batch.RootElement.TryGetProperty("range", out _)) return;
        var from = batch.RootElement.GetProperty("from").GetString()!;
        foreach (var message in batch.RootElement.GetProperty("messages").EnumerateArray())
            _history.Deliveries.Enqueue(new Delivery(from, message[3].GetInt64(), message[4].GetInt64(), message[0].GetString()!, message[1].GetString()!));
    }
}
