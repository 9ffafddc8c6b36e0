using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Strangler.Mirroring;
using Strangler.Mirroring.Comparison;
using Strangler.Plan;

namespace Strangler.Corpus;

/// <summary>What an import found.</summary>
/// <param name="Exchanges">The exchanges of the module.</param>
/// <param name="Others">Entries that belong to no endpoint of the module.</param>
/// <param name="Dropped">Entries that cannot be kept: without an answer, or not readable where the plan redacts.</param>
internal sealed record HarImport(IReadOnlyList<Exchange> Exchanges, int Others, int Dropped);

/// <summary>Reads the HTTP archive (HAR 1.2) that a browser's developer tools save.</summary>
internal static class HarFile
{
    /// <exception cref="InvalidDataException">The file is no HTTP archive.</exception>
    public static async Task<HarImport> ReadAsync(string path, PlannedModule module, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        try
        {
            using var archive = await JsonDocument.ParseAsync(file, default, cancellation);
            using var matcher = new EndpointMatcher(module);
            var exchanges = new List<Exchange>();
            var (others, dropped) = (0, 0);
            foreach (var entry in archive.RootElement.GetProperty("log").GetProperty("entries").EnumerateArray())
            {
                var (request, response) = (entry.GetProperty("request"), entry.GetProperty("response"));
                var url = new Uri(request.GetProperty("url").GetString()!, UriKind.Absolute);
                var method = request.GetProperty("method").GetString()!;
                if (await matcher.FindAsync(method, url) is not { } endpoint) others++;
                else if (Of(entry, method, url, request, response, endpoint, module) is { } exchange) exchanges.Add(exchange);
                else dropped++;
            }

            return new HarImport(exchanges, others, dropped);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path} is no HTTP archive (HAR 1.2): {error.Message}", error);
        }
    }

    private static Exchange? Of(JsonElement entry, string method, Uri url, JsonElement request, JsonElement response, PlannedEndpoint endpoint, PlannedModule module)
    {
        var status = response.GetProperty("status").GetInt32();
        if (status < 100) return null;
        var content = response.GetProperty("content");
        // A browser saves bodies unpacked.
        var headers = Headers(response).Where(static h => !h.Key.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase)).ToArray();
        var asked = Headers(request);
        if (!asked.Any(static h => h.Key.Equals("Host", StringComparison.OrdinalIgnoreCase))) asked = [.. asked, new("Host", url.Authority)];
        var at = entry.TryGetProperty("startedDateTime", out var started) && DateTimeOffset.TryParse(started.GetString(), CultureInfo.InvariantCulture, out var read) ? read : default;
        return ExchangeRedaction.Of(
            endpoint.Id, at, "HAR", method, url.PathAndQuery, asked, request.TryGetProperty("postData", out var posted) ? Text(posted) : null,
            MirrorAnswer.Of(status, headers, Text(content) ?? default, []), RuleBook.Of(module.RulesOf(endpoint)));
    }

    // Those that begin with a colon are HTTP/2's own.
    private static KeyValuePair<string, StringValues>[] Headers(JsonElement message) =>
        [.. message.GetProperty("headers").EnumerateArray().Select(static h => new KeyValuePair<string, StringValues>(h.GetProperty("name").GetString()!, h.GetProperty("value").GetString())).Where(static h => h.Key.Length > 0 && h.Key[0] != ':')];

    private static ReadOnlyMemory<byte>? Text(JsonElement content)
    {
        if (!content.TryGetProperty("text", out var text) || text.GetString() is not { } value) return null;
        return content.TryGetProperty("encoding", out var encoding) && encoding.GetString() == "base64" ? Convert.FromBase64String(value) : Encoding.UTF8.GetBytes(value);
    }
}
