using System.Diagnostics;
using System.Security;
using System.Text;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>Builds the projects of the system in one MSBuild run, and not at all when nothing has changed since the last one.</summary>
internal sealed class ProjectBuild(UpLayout layout, IReadOnlyList<LocatedProject> projects, string configuration)
{
    // Properties that change which packages are asked for, and that may come from the environment.
    private static readonly string[] OtherPackages = ["NServiceBus", "FullFeed"];
    private readonly IReadOnlyList<string> _files = [.. projects.Select(static p => p.ProjectFile).OfType<string>().Distinct(StringComparer.Ordinal)];

    // What the last build was made with: one of another kind is no fresh one.
    private static readonly string Kind = string.Join(';', OtherPackages.Select(static name => (name, value: Environment.GetEnvironmentVariable(name))).Where(static p => !string.IsNullOrEmpty(p.value)).Select(static p => $"{p.name}={p.value}"));

    private IEnumerable<LocatedProject> Built => projects.Where(static p => p.ProjectFile is not null);

    /// <summary>True when every project's output is there and newer than what it is made from.</summary>
    public bool IsFresh() => Built.All(IsFresh);

    /// <exception cref="CommandFailure">The build failed; the message holds the compiler's errors.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var traversal = Path.Combine(layout.Data, "up.proj");
        await File.WriteAllTextAsync(traversal, Traversal(), cancellation);
        // Nodes kept for reuse would hold memory that the system is meant to do without.
        string[] arguments = ["build", traversal, "-c", configuration, "-nologo", "-v:q", "-clp:NoSummary", "-nodeReuse:false"];
        var start = DotnetHost.Command(layout.Root, IsRestored() ? [.. arguments, "--no-restore"] : arguments);
        // A compiler lives for seconds, in which instrumented code does not pay.
        start.Environment["DOTNET_TieredPGO"] = "0";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet build did not start.");
        var lines = new List<string>();
        var output = Task.WhenAll(CollectAsync(process.StandardOutput, lines), CollectAsync(process.StandardError, lines));
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            Signal.End(process.Id);
            throw;
        }

        // The compiler server outlives the build and may hold the pipes open.
        await Task.WhenAny(output, Task.Delay(TimeSpan.FromSeconds(1), cancellation));
        if (process.ExitCode != 0) throw Failure(lines);
        foreach (var project in Built) await File.WriteAllTextAsync(StampOf(project), Kind, cancellation);
    }

    private static CommandFailure Failure(List<string> lines)
    {
        lock (lines)
        {
            var errors = lines.Where(static l => l.Contains("error", StringComparison.OrdinalIgnoreCase)).Distinct().Take(20).DefaultIfEmpty(string.Join('\n', lines.TakeLast(20)));
            return new CommandFailure($"The build failed:\n  {string.Join("\n  ", errors)}");
        }
    }

    private static async Task CollectAsync(StreamReader reader, List<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (lines) lines.Add(line.Trim());
        }
    }

    private bool IsFresh(LocatedProject project)
    {
        if (!File.Exists(project.Assembly)) return false;
        var stamp = StampOf(project);
        if (Kind != (File.Exists(stamp) ? File.ReadAllText(stamp) : "")) return false;
        var stamped = File.GetLastWriteTimeUtc(stamp);
        if (SourceTimes.NewestRule(layout.Root) > Later(stamped, File.GetLastWriteTimeUtc(project.Assembly))) return false;
        // A copy keeps the time of the assembly that it is copied from, so a reference built by itself shows here as not copied.
        var output = Path.GetDirectoryName(project.Assembly)!;
        return SourceTimes.Closure([project.ProjectFile!], source => File.Exists(CopyOf(source))).All(source => SourceTimes.NewestSource(source) <= Later(stamped, File.GetLastWriteTimeUtc(CopyOf(source))));

        string CopyOf(string source) => Path.Combine(output, Path.GetFileNameWithoutExtension(source) + ".dll");
    }

    /// <summary>True when the packages that every project asks for are known to be there: to ask NuGet takes as long as compiling half of it.</summary>
    private bool IsRestored() => Kind.Length == 0 && SourceTimes.Closure(_files, static project => File.Exists(AssetsOf(project))).All(project =>
        File.Exists(AssetsOf(project)) && File.GetLastWriteTimeUtc(AssetsOf(project)) > Later(File.GetLastWriteTimeUtc(project), SourceTimes.NewestRule(layout.Root)));

    private static string AssetsOf(string project) => Path.Combine(Path.GetDirectoryName(project)!, "obj", "project.assets.json");

    private static DateTime Later(DateTime a, DateTime b) => a > b ? a : b;

    private string StampOf(LocatedProject project) => Path.Combine(project.Directory, "obj", $"up.{configuration}.stamp");

    private string Traversal()
    {
        // Without the name of the target, the first one of the file would be all that is done.
        var text = new StringBuilder("<Project DefaultTargets=\"Build\">\n  <ItemGroup>\n");
        foreach (var file in _files) text.Append("    <Part Include=\"").Append(SecurityElement.Escape(file)).Append("\" />\n");
        return text.Append(
            """
              </ItemGroup>
              <Target Name="Restore">
                <MSBuild Projects="@(Part)" Targets="Restore" />
              </Target>
              <Target Name="Build">
                <MSBuild Projects="@(Part)" Targets="Build" BuildInParallel="true" />
              </Target>
            </Project>

            """).ToString();
    }
}
