using System.Xml.Linq;

namespace Strangler.Cli.Up;

/// <summary>Whether a project's build output is as new as its sources, without asking MSBuild, which needs seconds to say no.</summary>
internal static class SourceTimes
{
    private static readonly HashSet<string> Ignored = new(StringComparer.OrdinalIgnoreCase) { "bin", "obj", ".git", ".data", "node_modules", "TestResults" };
    private static readonly string[] Rules = ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", ".editor/InvariantCulture.cs", "global.json", "nuget.config", "NuGet.config"];

    /// <summary>The projects reached from the given ones, themselves included.</summary>
    /// <param name="projectFiles">The projects.</param>
    /// <param name="isPart">Whether a project that is referenced under a condition is part of it; what the condition says, only MSBuild knows.</param>
    public static IReadOnlyCollection<string> Closure(IEnumerable<string> projectFiles, Func<string, bool> isPart)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var next = new Stack<string>(projectFiles);
        while (next.TryPop(out var project))
        {
            if (!File.Exists(project) || !seen.Add(project)) continue;
            foreach (var reference in XDocument.Load(project).Descendants("ProjectReference"))
            {
                if (reference.Attribute("Include")?.Value is not { } include) continue;
                var target = Path.GetFullPath(include.Replace('\\', '/'), Path.GetDirectoryName(project)!);
                var conditional = reference.AncestorsAndSelf().Any(static element => element.Attribute("Condition") is not null);
                if (!conditional || isPart(target)) next.Push(target);
            }
        }

        return seen;
    }

    /// <summary>When something that the project is built from was last changed.</summary>
    public static DateTime NewestSource(string projectFile) => Newest(new DirectoryInfo(Path.GetDirectoryName(projectFile)!));

    /// <summary>When a file that governs every build below <paramref name="root"/> was last changed.</summary>
    public static DateTime NewestRule(string root) =>
        Rules.Select(name => File.GetLastWriteTimeUtc(Path.Combine(root, name))).Max();

    private static DateTime Newest(DirectoryInfo directory)
    {
        var newest = DateTime.MinValue;
        foreach (var entry in directory.EnumerateFileSystemInfos())
        {
            if (Ignored.Contains(entry.Name)) continue;
            var time = entry is DirectoryInfo below ? Newest(below) : entry.LastWriteTimeUtc;
            if (time > newest) newest = time;
        }

        return newest;
    }
}
