using System.Text.RegularExpressions;

namespace Docs.Tests.Pictures;

/// <summary>The pictures that a page shows.</summary>
internal static partial class PictureLinks
{
    public static IEnumerable<(string Words, string Name)> In(string page) =>
        Shown().Matches(page).Select(static found => (found.Groups["words"].Value, found.Groups["name"].Value));

    [GeneratedRegex(@"!\[(?<words>[^\]]*)\]\([^)]*pictures/(?<name>[\w-]+\.png)\)")]
    private static partial Regex Shown();
}
