using System.Globalization;
using System.Text.RegularExpressions;
using Docs.Tests.Pages;

namespace Docs.Tests.Form;

/// <summary>The last line of a page, which says on which day its checks have passed.</summary>
internal static partial class PageDate
{
    public static IEnumerable<string> ErrorsOf(Page page)
    {
        var last = page.Lines[^1];
        var isDate =
            Pattern(page).Match(last) is { Success: true } match
            && DateOnly.TryParseExact(match.Groups["date"].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, default, out _);
        if (!isDate)
        {
            yield return $"{page.Path}: the last line has to be: {LineOf(page, "YYYY-MM-DD")}";
        }
    }

    /// <summary>The page's text with this date.</summary>
    public static string Set(Page page, DateOnly date)
    {
        var line = LineOf(page, date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        var lines = Pattern(page).IsMatch(page.Lines[^1]) ? page.Lines.SkipLast(1) : [.. page.Lines, ""];
        return string.Join('\n', [.. lines, line]) + "\n";
    }

    private static Regex Pattern(Page page) => PageKinds.IsTranslation(page) ? Korean() : English();

    private static string LineOf(Page page, string date) =>
        PageKinds.IsTranslation(page) ? $"*마지막 확인: {date}*" : $"*Last checked: {date}*";

    [GeneratedRegex(@"^\*Last checked: (?<date>\S*)\*$")]
    private static partial Regex English();

    [GeneratedRegex(@"^\*마지막 확인: (?<date>\S*)\*$")]
    private static partial Regex Korean();
}
