using TestKit.Processes;

namespace Docs.Tests.Commands;

/// <summary>What a fresh clone of this repository would hold, with the changes that are not committed yet.</summary>
internal static class RepositoryCopy
{
    private static readonly string[] Skipped = ["bin", "obj", ".data", ".git", "TestResults"];

    public static async Task MakeAsync(string target)
    {
        var files = await ListAsync() ?? Walk(RepositoryRoot.Path);
        foreach (var file in files)
        {
            var from = RepositoryRoot.File(file);
            var to = Path.Combine(target, file);
            if (File.Exists(from))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(from, to);
            }
        }

        await Git.RunAsync(target, "init", "--quiet");
        await Git.RunAsync(target, "add", "--all");
        await Git.RunAsync(target, "commit", "--quiet", "--message", "As cloned");
    }

    private static async Task<IReadOnlyList<string>?> ListAsync()
    {
        var listed = await Git.RunAsync(RepositoryRoot.Path, "ls-files", "-z", "--cached", "--others", "--exclude-standard");
        return listed?.Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    private static IReadOnlyList<string> Walk(string directory)
    {
        var files = Directory.EnumerateFiles(directory).Select(file => Path.GetRelativePath(RepositoryRoot.Path, file));
        var below = Directory.EnumerateDirectories(directory).Where(one => !Skipped.Contains(Path.GetFileName(one)));
        return [.. files, .. below.SelectMany(Walk)];
    }
}
