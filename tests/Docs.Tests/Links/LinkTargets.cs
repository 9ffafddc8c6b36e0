using System.Globalization;
using System.Text.RegularExpressions;
using Docs.Tests.Pages;
using TestKit.Processes;

namespace Docs.Tests.Links;

/// <summary>What links of pages can lead to.</summary>
internal sealed partial class LinkTargets(Func<string, Page?> find)
{
    /// <summary>Why a link leads nowhere; null if it does not. Other sites are not asked.</summary>
    public string? FindError(Page page, Link link)
    {
        if (Scheme().IsMatch(link.Target))
        {
            return null;
        }

        var error = FindError(page, link.Target.Split('#', 2));
        return error is null ? null : $"{link.Place}: {link.Target}: {error}";
    }

    private string? FindError(Page page, string[] parts)
    {
        var path = parts[0].Length == 0 ? page.Path : PathOf(page, Uri.UnescapeDataString(parts[0]));
        var anchor = parts.ElementAtOrDefault(1);
        if (parts[0].StartsWith('/'))
        {
            return "begins with a slash, which leads to another place wherever the page is shown.";
        }

        if (path.StartsWith("../", StringComparison.Ordinal))
        {
            return "leaves the repository.";
        }

        if (path != page.Path && !Path.Exists(RepositoryRoot.File(path)))
        {
            return $"there is no {path}.";
        }

        return string.IsNullOrEmpty(anchor) ? null : FindAnchorError(path == page.Path ? page : find(path), path, anchor);
    }

    private static string? FindAnchorError(Page? target, string path, string anchor)
    {
        if (target is not null)
        {
            return HasAnchor(target, Uri.UnescapeDataString(anchor)) ? null : $"{path} has no heading #{anchor}.";
        }

        var line = LineAnchor().Match(anchor);
        if (!line.Success)
        {
            return $"{path} is no page and has no #{anchor}.";
        }

        var last = int.Parse(line.Groups["last"].Value, CultureInfo.InvariantCulture);
        return last <= File.ReadLines(RepositoryRoot.File(path)).Count() ? null : $"{path} has no line {last}.";
    }

    private static bool HasAnchor(Page page, string anchor) =>
        page.Headings.Any(heading => heading.Anchor == anchor)
        || Named().Matches(page.Text).Any(match => match.Groups["name"].Value == anchor);

    private static string PathOf(Page page, string target)
    {
        var folder = Path.GetDirectoryName(RepositoryRoot.File(page.Path))!;
        return Path.GetRelativePath(RepositoryRoot.Path, Path.GetFullPath(target, folder)).Replace('\\', '/');
    }

    [GeneratedRegex("^[a-z][a-z0-9+.-]*:", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    [GeneratedRegex("^(L[0-9]+-)?L(?<last>[0-9]+)$")]
    private static partial Regex LineAnchor();

    [GeneratedRegex("<a\\s+(id|name)=\"(?<name>[^\"]+)\"")]
    private static partial Regex Named();
}
