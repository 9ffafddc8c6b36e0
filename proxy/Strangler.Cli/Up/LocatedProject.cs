using System.Xml.Linq;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>A project on disk and the assembly that its build makes. <c>ProjectFile</c> is null when an assembly was named directly: there is nothing to build then.</summary>
internal sealed record LocatedProject(string? ProjectFile, string Directory, string Assembly)
{
    public static bool Exists(string root, string project) => Locate(root, project) is not null;

    public static LocatedProject Find(string root, string project, string configuration)
    {
        var path = Locate(root, project) ?? throw new CommandFailure($"There is no project at {Path.GetFullPath(project, root)}.");
        var directory = Path.GetDirectoryName(path)!;
        return IsAssembly(path) ? new LocatedProject(null, directory, path) : new LocatedProject(path, directory, AssemblyOf(path, configuration));
    }

    /// <summary>The proxy's project: the given one, or its sources where the system is in their repository, or the one that comes with this command.</summary>
    public static string ProxyOf(UpFile file, UpLayout layout)
    {
        if (file.Proxy is { } own) return own.Project;
        var packed = Path.Combine(AppContext.BaseDirectory, "Strangler.Host.dll");
        return Sources(layout.Root)
            ?? (File.Exists(packed) ? packed : null)
            ?? Sources(AppContext.BaseDirectory)
            ?? throw new CommandFailure($"The proxy's project is not beside this command. Name it in {layout.File}: \"proxy\": {{ \"project\": \"path/to/Strangler.Host\" }}.");

        static string? Sources(string from) => Upwards.Find(from, Path.Combine("proxy", "Strangler.Host", "Strangler.Host.csproj"));
    }

    private static string? Locate(string root, string project)
    {
        var path = Path.GetFullPath(project, root);
        if (File.Exists(path)) return path;
        return System.IO.Directory.Exists(path) ? System.IO.Directory.EnumerateFiles(path, "*.csproj").FirstOrDefault() : null;
    }

    private static bool IsAssembly(string path) => path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);

    private static string AssemblyOf(string projectFile, string configuration)
    {
        var project = XDocument.Load(projectFile);
        var name = project.Descendants("AssemblyName").FirstOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(projectFile);
        var output = Path.Combine(Path.GetDirectoryName(projectFile)!, "bin", configuration);
        // The target framework may come from a file above the project, so the newest build says what it is.
        var built = System.IO.Directory.Exists(output)
            ? System.IO.Directory.EnumerateFiles(output, name + ".runtimeconfig.json", SearchOption.AllDirectories).MaxBy(File.GetLastWriteTimeUtc)
            : null;
        return Path.Combine(built is null ? output : Path.GetDirectoryName(built)!, name + ".dll");
    }
}
