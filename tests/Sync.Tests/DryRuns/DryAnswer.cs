using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Sync.Tests.Sample;

namespace Sync.Tests.DryRuns;

/// <summary>What a side says to a request that it is to run dry.</summary>
internal sealed record DryAnswer(int Status, string Outcome, string Reason, IReadOnlyList<JsonElement> Changes, string[] Applied, string Body)
{
    /// <summary>The changes as text: what happens to which row, and what it is then.</summary>
    public string Told => string.Join('\n', Changes.Select(static change => $"{change.GetProperty("type").GetString()} {change.GetProperty("payload").GetRawText()}"));

    public static async Task<DryAnswer> AskAsync(SampleSide side, HttpMethod method, string path, object? body = null, string? key = SampleSide.Key, string header = "Strangler-Dry-Run", CancellationToken cancellationToken = default)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = side.Host.Address };
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add(header, "sample");
        if (key is not null) request.Headers.Add("Strangler-Key", key);
        using var answer = await client.SendAsync(request, cancellationToken);
        var outcome = Header(answer, "Strangler-Dry-Run").Split(';');
        var changes = Header(answer, "Strangler-Changes").Split(';');
        return new DryAnswer(
            (int)answer.StatusCode, outcome[0], outcome.Length > 1 ? Uri.UnescapeDataString(outcome[1]) : "",
            changes.Length < 7 ? [] : [.. JsonSerializer.Deserialize<JsonElement>(Encoding.UTF8.GetString(Convert.FromBase64String(changes[6]))).EnumerateArray()],
            Header(answer, "Strangler-Applied").Split(';'), await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : "";
}
