using System.Security.Cryptography;
using TestKit.Processes;

namespace Docs.Tests;

/// <summary>The files of the documentation as they were when the tests began.</summary>
internal static class DocumentationFiles
{
    private static IReadOnlyDictionary<string, string> _before = new Dictionary<string, string>();

    public static void Remember() => _before = Hashes();

    public static void AssertUnchanged()
    {
        var now = Hashes();
        var changed = _before.Keys.Union(now.Keys).Where(file => _before.GetValueOrDefault(file) != now.GetValueOrDefault(file));
        Assert.IsEmpty(changed, "Files of the documentation changed during a run that was not asked to change any (UPDATE_DOCS).");
    }

    private static Dictionary<string, string> Hashes() =>
        Directory
            .EnumerateFiles(RepositoryRoot.File("docs"), "*", SearchOption.AllDirectories)
            .Append(RepositoryRoot.File("README.md"))
            .ToDictionary(file => file, file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));
}
