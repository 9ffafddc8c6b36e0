using System.Text.RegularExpressions;
using Docs.Tests.Pages;

namespace Docs.Tests.Form;

/// <summary>Words that nobody searches for and that read like a translation. The field has words of its own.</summary>
internal static partial class PrivateWords
{
    private static readonly Dictionary<string, string> Better = new(StringComparer.OrdinalIgnoreCase)
    {
        ["mend"] = "fix",
        ["tells"] = "says, reports or shows",
        ["whoever"] = "a person, a client or a process that",
        ["Desk"] = "the field's own word",
        ["Book"] = "the field's own word",
        ["Room"] = "the field's own word",
        ["Tap"] = "the field's own word",
        ["Unattended"] = "the field's own word",
        ["InWords"] = "the field's own word",
        ["SecondLook"] = "confirm",
        ["HeldForwarding"] = "retry",
    };

    public static IEnumerable<string> ErrorsOf(Page page) =>
        from line in Prose.Of(page)
        from Match match in Word().Matches(line.Text)
        select $"{page.Path}:{line.Line}: in place of '{match.Value}': {Better[match.Groups["word"].Value]}";

    // As verbs and names of English, room, book, desk and tap are words like others; as names of things here they are private.
    [GeneratedRegex(@"\b((?i:(?<word>mend|tells|whoever))(?i:s|ed|ing)?|(?<word>Desk|Book|Room|Tap|Unattended|InWords|SecondLook|HeldForwarding))\b")]
    private static partial Regex Word();
}
