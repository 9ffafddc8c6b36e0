namespace Strangler.Cli.Rehearse.Clients;

/// <summary>The cookies of one client, as a browser would keep them for one site. Used by one request at a time.</summary>
internal sealed class CookieJar
{
    private readonly Dictionary<string, string> _cookies = new(StringComparer.Ordinal);

    /// <summary>The header <c>Cookie</c>; null without cookies.</summary>
    public string? Header => _cookies.Count == 0 ? null : string.Join("; ", _cookies.Select(static c => $"{c.Key}={c.Value}"));

    public void Take(HttpResponseMessage answer)
    {
        if (!answer.Headers.TryGetValues("Set-Cookie", out var lines)) return;
        foreach (var line in lines)
        {
            var pair = line.Split(';', 2)[0].Split('=', 2, StringSplitOptions.TrimEntries);
            var removed = pair.Length < 2 || pair[1].Length == 0 || line.Contains("max-age=0", StringComparison.OrdinalIgnoreCase);
            if (removed) _cookies.Remove(pair[0]);
            else _cookies[pair[0]] = pair[1];
        }
    }
}
