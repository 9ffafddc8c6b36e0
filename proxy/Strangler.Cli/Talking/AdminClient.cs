using System.CommandLine;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Strangler.Cli.Running;

namespace Strangler.Cli.Talking;

/// <summary>Calls the admin API. An answer that is no success becomes a <see cref="CommandFailure"/> with the exit code that belongs to it.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly HttpClient _http;

    private AdminClient(AdminAddress address)
    {
        // No time-out of its own: advance waits for as long as the comparison of the data takes.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) }) { BaseAddress = address.Url, Timeout = Timeout.InfiniteTimeSpan };
        if (!_http.DefaultRequestHeaders.TryAddWithoutValidation("Strangler-Key", address.Key)) throw new CommandFailure("The admin key cannot be sent in a header.", ExitCode.WrongUse);
    }

    public static AdminClient Of(ParseResult parse) => new(AdminAddress.Of(parse));

    public static AdminClient At(AdminAddress address) => new(address);

    public Task<JsonObject> GetAsync(string path, CancellationToken cancellation) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellation);

    public Task<JsonObject> PostAsync(string path, object body, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: Json.Options) }, cancellation);

    /// <summary>The lines of an answer that goes on for as long as somebody listens.</summary>
    public async IAsyncEnumerable<string> LinesAsync(string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var answer = await BeginAsync(request, cancellation);
        if (!answer.IsSuccessStatusCode) throw Refusal(answer.StatusCode, Parse(await answer.Content.ReadAsStringAsync(cancellation)));
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));
        while (await LineAsync(reader, cancellation) is { } line) yield return line;
    }

    public static string Module(string module, string action) => $"/admin/modules/{Uri.EscapeDataString(module)}/{action}";

    /// <summary>The status of one module.</summary>
    public async Task<JsonNode> ModuleAsync(string module, CancellationToken cancellation) =>
        (await GetAsync($"/admin/status?module={Uri.EscapeDataString(module)}", cancellation))["modules"]![0]!;

    public void Dispose() => _http.Dispose();

    private async Task<JsonObject> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var owned = request;
        try
        {
            using var answer = await _http.SendAsync(request, cancellation);
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            var document = Parse(text);
            if (answer.IsSuccessStatusCode && document is not null) return document;
            throw Refusal(answer.StatusCode, document);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Unreachable(error);
        }
    }

    private async Task<HttpResponseMessage> BeginAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Unreachable(error);
        }
    }

    private static async Task<string?> LineAsync(StreamReader reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadLineAsync(cancellation);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new CommandFailure($"The proxy has ended the answer: {error.Message} What came until then is kept.");
        }
    }

    private CommandFailure Unreachable(Exception error) =>
        new($"The proxy's admin listener at {_http.BaseAddress} does not answer ({error.Message}). Start everything with 'strangler up', or name the listener with --admin URL.");

    private CommandFailure Refusal(HttpStatusCode status, JsonObject? document)
    {
        if (document?["unmet"] is JsonArray) return GateRefusal.Of(document);
        if (document?["title"] is not { } title || document["mend"] is not { } mend)
            return new CommandFailure($"{_http.BaseAddress} answered {(int)status}, and not as the admin listener of a proxy does. Name the listener with --admin URL.");
        var code = status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound ? ExitCode.WrongUse : ExitCode.Failed;
        return new CommandFailure($"{title} {mend}", code, new { error = title.ToString(), mend = mend.ToString(), status = (int)status });
    }

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
