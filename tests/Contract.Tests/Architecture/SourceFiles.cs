using TestKit.Processes;

namespace Contract.Tests.Architecture;

internal static class SourceFiles
{
    public static IEnumerable<(string Path, string Text)> Below(string folder) =>
        from path in Directory.EnumerateFiles(RepositoryRoot.File(folder), "*.cs", SearchOption.AllDirectories)
        where !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
        select (Path.GetRelativePath(RepositoryRoot.Path, path), File.ReadAllText(path));
}
