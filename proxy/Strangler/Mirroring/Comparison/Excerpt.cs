namespace Strangler.Mirroring.Comparison;

/// <summary>Cuts values short for the people who read about a mismatch.</summary>
internal static class Excerpt
{
    public const int Longest = 200;
    private const int Before = 40;

    public static string Of(string text) => text.Length <= Longest ? text : Cut(text, 0);

    /// <summary>Two texts, cut so that the first place where they differ can be seen in both.</summary>
    public static (string Legacy, string Service) Of(string legacy, string service)
    {
        var start = legacy.AsSpan().CommonPrefixLength(service) - Before;
        return (legacy.Length <= Longest ? legacy : Cut(legacy, start), service.Length <= Longest ? service : Cut(service, start));
    }

    private static string Cut(string text, int start)
    {
        start = Math.Clamp(start, 0, text.Length - Longest);
        // Half of a character of two would not survive being written.
        if (start > 0 && char.IsLowSurrogate(text[start])) start--;
        var end = Math.Min(start + Longest, text.Length);
        if (end < text.Length && char.IsHighSurrogate(text[end - 1])) end--;
        return $"{(start > 0 ? "…" : "")}{text[start..end]}{(end < text.Length ? "…" : "")}";
    }
}
