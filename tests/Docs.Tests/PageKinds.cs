using Docs.Tests.Pages;

namespace Docs.Tests;

/// <summary>Which pages have which form.</summary>
internal static class PageKinds
{
    private static readonly string[] Start = ["README.md", "docs/index.md"];

    /// <summary>The list of the runbooks. It starts the system that they are played on.</summary>
    public const string Runbooks = "docs/runbooks/index.md";

    /// <summary>The first pages that somebody reads, in the order in which they are typed.</summary>
    public static bool IsStart(Page page) => Start.Contains(page.Path);

    public static bool IsStep(Page page) => IsIn(page, "docs/steps");

    public static bool IsRunbook(Page page) => IsIn(page, "docs/runbooks") && page.Path != Runbooks;

    public static bool IsReference(Page page) => IsIn(page, "docs/reference");

    /// <summary>A page whose commands a test types.</summary>
    public static bool IsTyped(Page page) => IsStart(page) || IsStep(page) || IsIn(page, "docs/runbooks");

    public static bool IsTranslation(Page page) => page.Path.EndsWith(".ko.md", StringComparison.Ordinal);

    /// <summary>A decision is what it was on its day.</summary>
    public static bool IsRecord(Page page) => IsIn(page, "docs/adr");

    /// <summary>A page that is read from its top to its end, and neither looked up nor typed line by line as the ten-minute walk is.</summary>
    public static bool IsRead(Page page) =>
        !IsRecord(page) && !IsReference(page) && !IsIn(page, "docs/deploy") && page.Path is not ("docs/index.md" or "docs/index.ko.md");

    private static bool IsIn(Page page, string folder) => page.Path.StartsWith(folder + "/", StringComparison.Ordinal);
}
