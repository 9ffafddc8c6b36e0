using System.Net.Http.Json;
using System.Text.Json;
using Faults.History;
using TestKit.Processes;

namespace Faults.Clients;

/// <summary>A product as the API shows it.</summary>
internal sealed record Product(int Id, string Sku, string Name, string Description, int CategoryId, decimal Price, int Version);

/// <summary>What came back; status 0 when nothing did.</summary>
internal sealed record Reply(int Status, string Body, string? Position, TimeSpan Start, TimeSpan End)
{
    /// <summary>Outcome of a write: only the application's own refusals say for certain that nothing was done.</summary>
    public Outcome Outcome => Status switch
    {
        >= 200 and < 300 => Outcome.Acknowledged,
        400 or 404 or 409 or 421 or 422 => Outcome.Refused,
        _ => Outcome.Unknown,
    };

    public T? As<T>() => Status is >= 200 and < 300 && Body.Length > 0 ? JsonSerializer.Deserialize<T>(Body, JsonSerializerOptions.Web) : default;
}

/// <summary>One client's requests and what it was told, with its own credentials or its own cookies.</summary>
internal sealed class Caller : IDisposable
{
    private readonly HttpClient _http;
    private readonly RunHistory _history;
    private readonly string? _credential;

    public Caller(string name, RunHistory history, bool cookies)
    {
        (Name, _history, _credential) = (name, history, cookies ? null : $"Bearer {name}");
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = cookies, ConnectTimeout = TimeSpan.FromSeconds(30) }) { Timeout = TimeSpan.FromMinutes(2) };
    }

    public string Name { get; }

    public async Task<Reply> SendAsync(HttpMethod method, Uri at, string path, object? body = null, int ifMatch = 0)
    {
        using var request = new HttpRequestMessage(method, new Uri(at, path));
        if (_credential is not null) request.Headers.TryAddWithoutValidation("Authorization", _credential);
        // What asks for pages keeps cookies; the proxies differ in their port only, which cookies do not see.
        else request.Headers.TryAddWithoutValidation("Accept", "text/html, application/json");
        if (method != HttpMethod.Get) request.Headers.Add(ShopApi.Header, ShopApi.Key);
        if (ifMatch > 0) request.Headers.TryAddWithoutValidation("If-Match", $"\"{ifMatch}\"");
        if (body is not null) request.Content = JsonContent.Create(body);
        var start = _history.Now;
        try
        {
            using var answer = await _http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            return new Reply((int)answer.StatusCode, text, answer.Headers.TryGetValues("Strangler-Position", out var positions) ? string.Join(',', positions) : null, start, _history.Now);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
        {
            var reply = new Reply(0, error.Message, null, start, _history.Now);
            // Nobody hammers at a door that is shut.
            await Task.Delay(100);
            return reply;
        }
    }

    public void Told(Operation operation) => _history.Operations.Enqueue(operation with { Client = Name });

    public void Dispose() => _http.Dispose();
}
