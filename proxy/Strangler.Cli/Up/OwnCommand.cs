using System.Buffers;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>How to call this command again, from the directory where it was called, for the same system.</summary>
internal sealed record OwnCommand(string Program, string? Data)
{
    private static readonly SearchValues<char> Special = SearchValues.Create(" $&'();*?<>|");
    private const string Project = "proxy/Strangler.Cli";

    public static OwnCommand For(UpLayout layout, string from)
    {
        // The other terminal has another environment, so STRANGLER_DATA of this one does not count.
        var found = DataOption.Nearest(from) == layout.Data;
        return new OwnCommand(ProgramFrom(layout, from), found ? null : Quoted(Shortest(from, layout.Data)));
    }

    /// <summary>A whole command line.</summary>
    public string Line(string command) => Data is null ? $"{Program} {command}" : $"{Program} {command} --data {Data}";

    private static string ProgramFrom(UpLayout layout, string from)
    {
        var sources = Path.Combine(layout.Root, Project.Replace('/', Path.DirectorySeparatorChar));
        if (AppContext.BaseDirectory.StartsWith(sources + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            return $"dotnet run --project {Quoted(Shortest(from, sources))} --";
        var self = Environment.ProcessPath;
        if (self is null || IsDotnet(self)) return $"dotnet {Quoted(Path.Combine(AppContext.BaseDirectory, "Strangler.Cli.dll"))}";
        return OnPath(self) ? Path.GetFileNameWithoutExtension(self) : Quoted(Explicit(Shortest(from, self)));
    }

    private static bool IsDotnet(string program) => Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);

    private static bool OnPath(string program)
    {
        var directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return directories.Select(d => Path.Combine(d, Path.GetFileName(program))).FirstOrDefault(File.Exists) is { } first
            && Path.GetFullPath(first) == Path.GetFullPath(program);
    }

    private static string Shortest(string from, string path)
    {
        var relative = Path.GetRelativePath(from, path);
        return relative == ".." || relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? path : relative;
    }

    // A shell looks for a name without a separator on the path only.
    private static string Explicit(string path) => path.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) ? path : Path.Combine(".", path);

    private static string Quoted(string path) => path.AsSpan().ContainsAny(Special) ? $"\"{path}\"" : path;
}
