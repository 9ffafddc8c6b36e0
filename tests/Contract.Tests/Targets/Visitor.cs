using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using TestKit.Processes;

namespace Contract.Tests.Targets;

/// <summary>A client with cookies that writes down what it asked and what it was answered.</summary>
internal sealed partial class Visitor(Target target) : IDisposable
{
    private static readonly string[] _kept = ["Content-Type", "ETag", "Location", "Cache-Control", "Allow", "WWW-Authenticate", "X-Frame-Options"];
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = new CookieContainer() });
    private readonly StringBuilder _transcript = new();

    /// <summary>Sent with what changes something through the API.</summary>
    public string? ApiKey { get; set; } = ShopApi.Key;

    public string Transcript => _transcript.ToString();

    public string LastBody { get; private set; } = "";

    public string LastTag { get; private set; } = "";

    public string FormToken => TokenField().Match(LastBody).Groups[1].Value;

    public Task GetAsync(string path, string? header = null, string? value = null) => SendAsync(HttpMethod.Get, path, null, header, value);

    public Task HeadAsync(string path) => SendAsync(HttpMethod.Head, path, null, null, null);

    public Task JsonAsync(HttpMethod method, string path, object body, string? header = null, string? value = null) =>
        SendAsync(method, path, JsonContent.Create(body), header, value);

    public Task TextAsync(HttpMethod method, string path, string body, string type) =>
        SendAsync(method, path, new StringContent(body, Encoding.UTF8, type), null, null);

    public Task FormAsync(string path, Dictionary<string, string> fields) =>
        SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(fields), null, null);

    public Task DeleteAsync(string path, string? header = null, string? value = null) => SendAsync(HttpMethod.Delete, path, null, header, value);

    /// <summary>Signs in at the shop; both sides understand the cookie, which belongs to the host whatever the port.</summary>
    public async Task SignInAsync(string email)
    {
        var form = await _client.GetStringAsync(new Uri(target.Shop, "/account/login"));
        using var answer = await _client.PostAsync(new Uri(target.Shop, "/account/login"), new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["Input.Email"] = email,
            ["Input.Password"] = "Passw0rd!",
            ["__RequestVerificationToken"] = TokenField().Match(form).Groups[1].Value,
        }));
        Assert.AreEqual(HttpStatusCode.Redirect, answer.StatusCode);
    }

    public void Dispose() => _client.Dispose();

    private async Task SendAsync(HttpMethod method, string path, HttpContent? body, string? header, string? value)
    {
        using var request = new HttpRequestMessage(method, new Uri(target.Catalog, path)) { Content = body };
        if (header is not null) request.Headers.TryAddWithoutValidation(header, value);
        var changes = method != HttpMethod.Get && method != HttpMethod.Head;
        if (ApiKey is not null && changes && path.StartsWith("/api/", StringComparison.Ordinal))
            request.Headers.Add(ShopApi.Header, ApiKey);
        HttpResponseMessage? given = null;
        await target.Around(async () => given = await _client.SendAsync(request));
        using var answer = given!;
        LastBody = await answer.Content.ReadAsStringAsync();
        // No contract has such an answer, and only the process knows why it gave one.
        Assert.IsLessThan(500, (int)answer.StatusCode, $"{method} {path} answered {LastBody}\n{target.Output()}");
        LastTag = answer.Headers.ETag?.ToString() ?? "";

        _transcript.Append('\n').Append(method).Append(' ').Append(path).Append('\n');
        if (header is not null) _transcript.Append(header).Append('\n');
        _transcript.Append("-> ").Append((int)answer.StatusCode).Append('\n');
        foreach (var name in _kept)
        {
            if (answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values))
                _transcript.Append(name).Append(": ").AppendJoin(", ", values).Append('\n');
        }

        _transcript.Append('\n').Append(LastBody.TrimEnd()).Append('\n');
    }

    [GeneratedRegex("__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex TokenField();
}
