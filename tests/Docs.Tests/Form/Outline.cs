using Docs.Tests.Pages;

namespace Docs.Tests.Form;

/// <summary>The headings that all pages of a kind have, in their order.</summary>
internal static class Outline
{
    private static readonly string[] OfStep =
    [
        "Goal",
        "Before",
        "Change",
        "Verify",
        "Roll back",
        "What goes wrong",
        "What this cannot undo",
        "Walk-through of the code",
    ];

    private static readonly string[] OfRunbook =
    [
        "What you see",
        "What it means",
        "What to type",
        "How you know that it is over",
    ];

    public static IEnumerable<string> ErrorsOf(Page page)
    {
        if (page.Headings.Count(heading => heading.Level == 1) != 1)
        {
            yield return $"{page.Path}: a page has one heading of the first level.";
        }

        var expected = Of(page);
        var seen = page.Headings.Where(heading => heading.Level == 2).Select(heading => heading.Text);
        if (expected is not null && !expected.SequenceEqual(seen))
        {
            yield return $"{page.Path}: the headings of the second level have to be: {string.Join(", ", expected)}.";
        }
    }

    private static string[]? Of(Page page)
    {
        if (IsOverview(page))
        {
            return null;
        }

        return PageKinds.IsStep(page) ? OfStep
            : PageKinds.IsRunbook(page) ? OfRunbook
            : null;
    }

    // The page that lists the others of its folder.
    private static bool IsOverview(Page page) => Path.GetFileName(page.Path) is "README.md" or "index.md";
}
