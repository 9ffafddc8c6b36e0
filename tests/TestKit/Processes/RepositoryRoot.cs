using System.Reflection;

namespace TestKit.Processes;

/// <summary>Where the repository is, and which build of it the running tests belong to.</summary>
public static class RepositoryRoot
{
    public static string Path { get; } = Find();

    /// <summary>Debug or Release: the configuration that this assembly was built in.</summary>
    public static string Configuration { get; } =
        typeof(RepositoryRoot).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration is { Length: > 0 } named ? named : "Debug";

    public static string File(string relative) => System.IO.Path.GetFullPath(relative, Path);

    /// <summary>The built assembly of a project, given the project's directory or the assembly itself.</summary>
    public static string AssemblyOf(string project)
    {
        var path = File(project);
        if (path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)) return path;
        var name = System.IO.Path.GetFileName(path.TrimEnd('/', '\\'));
        var assembly = System.IO.Path.Combine(path, "bin", Configuration, "net10.0", name + ".dll");
        return System.IO.File.Exists(assembly)
            ? assembly
            : throw new FileNotFoundException($"{assembly} has not been built. Run: dotnet build {path} -c {Configuration}");
    }

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (System.IO.File.Exists(System.IO.Path.Combine(directory.FullName, "Migration.sln"))) return directory.FullName;
        }

        throw new DirectoryNotFoundException($"Migration.sln is in no directory above {AppContext.BaseDirectory}.");
    }
}
