using TestKit.Processes;

namespace Docs.Tests.Pages;

/// <summary>The pages of this repository: <c>README.md</c> and everything under <c>docs</c>.</summary>
internal static class Documentation
{
    private static readonly Lazy<IReadOnlyList<Page>> AllPages = new(() => [.. Paths().Select(Read)]);

    public static IReadOnlyList<Page> Pages => AllPages.Value;

    /// <summary>The pages of a folder of <c>docs</c>, in the order of their names.</summary>
    public static IReadOnlyList<Page> In(string folder) => [.. Pages.Where(page => IsIn(page, $"docs/{folder}"))];

    /// <summary>The page with this path; null where there is none.</summary>
    public static Page? Find(string path) => Pages.SingleOrDefault(page => page.Path == path);

    /// <summary>The page with this path.</summary>
    public static Page Get(string path) =>
        Find(path) ?? throw new FileNotFoundException($"There is no page {path} in this repository.");

    private static bool IsIn(Page page, string folder) => Path.GetDirectoryName(page.Path) == folder;

    private static IEnumerable<string> Paths()
    {
        var docs = Directory.EnumerateFiles(RepositoryRoot.File("docs"), "*.md", SearchOption.AllDirectories);
        return docs.Select(file => Path.GetRelativePath(RepositoryRoot.Path, file).Replace('\\', '/'))
            .Prepend("README.md")
            .Order(StringComparer.Ordinal);
    }

    private static Page Read(string path) => Page.Parse(path, File.ReadAllText(RepositoryRoot.File(path)));
}
