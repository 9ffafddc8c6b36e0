namespace Strangler.Forwarding;

/// <summary>
/// The request target as it came over the wire. Forwarding uses it as it is; matching uses the decoded path. This type answers whether the two can be
/// taken for the same thing, and whether the target reaches for what the sides keep to themselves.
/// </summary>
internal static class RawTarget
{
    /// <summary>Path and query of a target in origin form or absolute form.</summary>
    public static ReadOnlySpan<char> PathAndQuery(string target)
    {
        if (target.Length == 0) return "/";
        if (target[0] == '/') return target;
        if (target == AsteriskForm.Target) return AsteriskForm.StandIn;
        var authority = target.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0) return "/";
        var path = target.AsSpan(authority + 3).IndexOfAny('/', '?');
        return path < 0 ? "/" : target.AsSpan(authority + 3 + path);
    }

    public static ReadOnlySpan<char> Path(ReadOnlySpan<char> pathAndQuery)
    {
        var end = pathAndQuery.IndexOfAny('?', '#');
        return end < 0 ? pathAndQuery : pathAndQuery[..end];
    }

    /// <summary>
    /// True when servers are known to read this path differently: dot segments, empty segments, an encoded or turned-round slash, an encoded dot,
    /// path parameters, or a percent sign that begins no encoded byte. Such a request is not in the plan, as what the router matched may not be what
    /// the upstream would see.
    /// </summary>
    public static bool IsAmbiguous(ReadOnlySpan<char> path)
    {
        if (path.IndexOfAny("%\\;") < 0) return path.Contains("//", StringComparison.Ordinal) || HasDotSegment(path);
        if (path.Contains("//", StringComparison.Ordinal) || path.IndexOfAny('\\', ';') >= 0 || HasDotSegment(path)) return true;
        for (var i = path.IndexOf('%'); i >= 0 && i < path.Length; i++)
        {
            if (path[i] != '%') continue;
            if (i + 2 >= path.Length || !char.IsAsciiHexDigit(path[i + 1]) || !char.IsAsciiHexDigit(path[i + 2])) return true;
            var value = Convert.ToInt32(path.Slice(i + 1, 2).ToString(), 16);
            if (value is '/' or '\\' or '.' or '%' or ';' or '?' or '#' or < 0x20 or 0x7F) return true;
        }

        return false;
    }

    /// <summary>
    /// True for <c>/_sync</c> and everything below it, however it is written: decoded again and again until nothing changes, with either slash, with
    /// empty and dot segments and path parameters resolved, in any case.
    /// </summary>
    public static bool IsInside(ReadOnlySpan<char> path)
    {
        if (path.IndexOfAny("%\\;") < 0 && !path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal))
            return StartsInside(path);
        var text = path.ToString();
        // Every round that changes the text makes it shorter, so this ends.
        while (Uri.UnescapeDataString(text) is var decoded && decoded.Length < text.Length) text = decoded;
        var segments = new List<string>();
        foreach (var raw in text.Replace('\\', '/').Split('/'))
        {
            var parameters = raw.IndexOf(';', StringComparison.Ordinal);
            var segment = parameters < 0 ? raw : raw[..parameters];
            if (segment == ".." && segments.Count > 0) segments.RemoveAt(segments.Count - 1);
            else if (segment is not ("" or "." or "..")) segments.Add(segment);
        }

        return segments.Count > 0 && segments[0].Trim().Equals("_sync", StringComparison.OrdinalIgnoreCase);
    }

    private static bool StartsInside(ReadOnlySpan<char> path) =>
        path.StartsWith("/_sync", StringComparison.OrdinalIgnoreCase) && (path.Length == 6 || path[6] is '/' or '?' or '#');

    private static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        for (var at = path.IndexOf("/.", StringComparison.Ordinal); at >= 0;)
        {
            var rest = path[(at + 2)..];
            if (rest.Length == 0 || rest[0] == '/' || (rest[0] == '.' && (rest.Length == 1 || rest[1] == '/'))) return true;
            var next = rest.IndexOf("/.", StringComparison.Ordinal);
            if (next < 0) return false;
            at += 2 + next;
        }

        return false;
    }
}
