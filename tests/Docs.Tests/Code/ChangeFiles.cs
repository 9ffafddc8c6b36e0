using TestKit.Processes;

namespace Docs.Tests.Code;

/// <summary>The change of a step: <c>docs/steps/changes/NN-name.diff</c>.</summary>
internal sealed record ChangeFile(string Path, string Number, string Text);

/// <summary>The changes of the steps, in their order.</summary>
internal static class ChangeFiles
{
    private const string Folder = "docs/steps/changes";

    public static IReadOnlyList<ChangeFile> All { get; } = [.. Read()];

    private static IEnumerable<ChangeFile> Read()
    {
        var folder = RepositoryRoot.File(Folder);
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.diff") : [];
        return files
            .Order(StringComparer.Ordinal)
            .Select(file => (Name: Path.GetFileName(file), Text: File.ReadAllText(file)))
            .Select(one => new ChangeFile($"{Folder}/{one.Name}", one.Name[..2], one.Text));
    }
}
