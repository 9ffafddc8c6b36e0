using System.Reflection;
using TestKit.Processes;

namespace Docs.Tests.Reference;

/// <summary>The product's assemblies and source files: what is in <c>proxy</c>, <c>extracted</c> and <c>legacy</c>.</summary>
internal static class ProductCode
{
    private static readonly string[] _roots = ["proxy", "extracted", "legacy"];

    /// <summary>The product's assemblies that this build of the tests can load.</summary>
    public static IReadOnlyList<Assembly> Assemblies { get; } =
        [.. Projects().Where(static name => File.Exists(Path.Combine(AppContext.BaseDirectory, name + ".dll"))).Order(StringComparer.Ordinal).Select(Assembly.Load)];

    public static IEnumerable<Type> Types => Assemblies.SelectMany(static assembly => assembly.GetTypes());

    /// <summary>The source files below a directory of the repository.</summary>
    public static IEnumerable<string> Files(string directory) => Directory
        .EnumerateFiles(RepositoryRoot.File(directory), "*.cs", SearchOption.AllDirectories)
        .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    public static IEnumerable<string> Files() => _roots.SelectMany(Files);

    /// <summary>The name of the project that a source file belongs to.</summary>
    public static string ProjectOf(string file)
    {
        for (var directory = Path.GetDirectoryName(file); directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (Directory.EnumerateFiles(directory, "*.csproj").FirstOrDefault() is { } project) return Path.GetFileNameWithoutExtension(project);
        }

        throw new DirectoryNotFoundException($"{file} belongs to no project.");
    }

    private static IEnumerable<string> Projects() => _roots
        .SelectMany(static root => Directory.EnumerateFiles(RepositoryRoot.File(root), "*.csproj", SearchOption.AllDirectories))
        .Select(static file => Path.GetFileNameWithoutExtension(file));
}
