using System.Text;

namespace Docs.Tests.Pages;

/// <summary>
/// The anchors that GitHub gives to headings: lower case, blanks to hyphens, everything but letters, digits, hyphens
/// and underscores dropped; a text that occurred before gets a number.
/// </summary>
internal sealed class Anchors
{
    private readonly HashSet<string> _given = [];

    public string Next(string heading)
    {
        var anchor = Of(heading);
        var candidate = anchor;
        for (var number = 1; !_given.Add(candidate); number++)
        {
            candidate = $"{anchor}-{number}";
        }

        return candidate;
    }

    private static string Of(string heading)
    {
        var anchor = new StringBuilder();
        foreach (var rune in heading.Trim().ToLowerInvariant().EnumerateRunes())
        {
            if (rune.Value == ' ')
            {
                anchor.Append('-');
            }
            else if (Rune.IsLetterOrDigit(rune) || rune.Value is '-' or '_')
            {
                anchor.Append(rune);
            }
        }

        return anchor.ToString();
    }
}
