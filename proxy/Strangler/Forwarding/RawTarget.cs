namespace Strangler.Forwarding;

/// <summary>
/// The request target as it came over the wire. Forwarding uses it as it is; matching uses the decoded path. This type answers whether the two can be
/// taken for the same thing, and whether the target reaches for what the sides keep to themselves.
/// </summary>
internal static class RawTarget
{
    private const string Odd = "%\\;#";

    /// <summary>Path and query of a target in origin form or absolute form.</summary>
    public static ReadOnlySpan<char> PathAndQuery(string target)
    {
        if (target.Length == 0) return "/";
        if (target[0] == '/') return target;
        if (target == AsteriskForm.Target) return AsteriskForm.StandIn;
        var authority = target.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0) return "/";
        // Servers take a backslash for a slash, and an authority ends at either.
        var path = target.AsSpan(authority + 3).IndexOfAny("/?\\#");
        return path < 0 ? "/" : target.AsSpan(authority + 3 + path);
    }

    public static ReadOnlySpan<char> Path(ReadOnlySpan<char> pathAndQuery)
    {
        // No fragment belongs into a request, so servers do not agree on what a '#' ends.
        var end = pathAndQuery.IndexOf('?');
        return end < 0 ? pathAndQuery : pathAndQuery[..end];
    }

    /// <summary>
    /// True when servers are known to read this path differently: dot segments, empty segments, an encoded or turned-round slash, an encoded dot,
    /// path parameters, a fragment, or a percent sign that begins no encoded byte. Such a request is not in the plan, as what the router matched may not be what
    /// the upstream would see.
    /// </summary>
    public static bool IsAmbiguous(ReadOnlySpan<char> path)
    {
        if (path.IndexOfAny(Odd) < 0) return path.Contains("//", StringComparison.Ordinal) || HasDotSegment(path);
        if (path.Contains("//", StringComparison.Ordinal) || path.IndexOfAny('\\', ';', '#') >= 0 || HasDotSegment(path)) return true;
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
    /// True for <c>/_sync</c> and everything below it, in any case. A path that can be read in more than one way is inside as soon as any segment of it
    /// is <c>_sync</c>, however often it is decoded: which of its segments count is for the upstream to say, so no dots are resolved here.
    /// </summary>
    public static bool IsInside(ReadOnlySpan<char> path)
    {
        if (path.IndexOfAny(Odd) < 0 && !path.Contains("//", StringComparison.Ordinal) && !HasDotSegment(path)) return StartsInside(path);
        var text = path.ToString();
        if (!IsAmbiguous(path)) return NamesInside(Uri.UnescapeDataString(text).Split('/', 3)[1]);
        while (true)
        {
            if (text.Split('/', '\\').Any(NamesInside)) return true;
            // Every round that changes the text makes it shorter, so this ends.
            var decoded = Uri.UnescapeDataString(text);
            if (decoded.Length >= text.Length) return false;
            text = decoded;
        }
    }

    private static bool NamesInside(string segment)
    {
        var end = segment.AsSpan().IndexOfAny(";?#");
        return (end < 0 ? segment : segment.AsSpan(0, end)).Trim().Equals("_sync", StringComparison.OrdinalIgnoreCase);
    }

    private static bool StartsInside(ReadOnlySpan<char> path) =>
        path.StartsWith("/_sync", StringComparison.OrdinalIgnoreCase) && (path.Length == 6 || path[6] == '/');

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
