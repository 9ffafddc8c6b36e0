using System.Text.RegularExpressions;

namespace Journey.Tests.Load;

/// <summary>A body without what differs from one answer of the same process to the next.</summary>
internal static partial class PageText
{
    public static string Stable(string body) => AntiforgeryToken().Replace(body, "$1{token}$2");

    [GeneratedRegex("(name=\"__RequestVerificationToken\"[^>]*value=\")[^\"]*(\")")]
    private static partial Regex AntiforgeryToken();
}
