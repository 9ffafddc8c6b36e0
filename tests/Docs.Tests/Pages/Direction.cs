namespace Docs.Tests.Pages;

/// <summary>An HTML comment of the form <c>&lt;!-- name: value --&gt;</c> or <c>&lt;!-- name --&gt;</c> that says how a page is checked.</summary>
internal sealed record Direction(string Name, string Value, int Line)
{
    private static readonly string[] Names =
    [
        "varies",
        "varies-text",
        "exit",
        "terminal",
        "press",
        "not run",
        "from",
        "diff",
    ];

    /// <summary>Reads a comment; null for one that is no direction.</summary>
    public static Direction? Read(string html, int line)
    {
        var text = html.Trim();
        if (!text.StartsWith("<!--", StringComparison.Ordinal) || !text.EndsWith("-->", StringComparison.Ordinal))
        {
            return null;
        }

        var inside = text[4..^3].Trim();
        var colon = inside.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? inside : inside[..colon].TrimEnd();
        if (!Names.Contains(name))
        {
            return null;
        }

        return new Direction(name, colon < 0 ? "" : inside[(colon + 1)..].Trim(), line);
    }

    public override string ToString() => $"<!-- {Name}: {Value} -->";
}
