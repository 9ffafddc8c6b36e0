using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Strangler.Cli.Up.Databases;

namespace Strangler.Cli.Up;

/// <summary>How each process is started: arguments, environment, placeholders.</summary>
internal sealed partial class Launch(UpLayout layout, UpFile file, string plan, string configuration, string syncKey, DatabaseServer? databases)
{
    // The system shares one machine with its user: workstation collection, a first generation of 16 MiB whatever the caches, and no instrumented code
    // keep it small and quick to start.
    private static readonly (string Name, string Value)[] Thrift = [("DOTNET_gcServer", "0"), ("DOTNET_GCConserveMemory", "5"), ("DOTNET_GCgen0size", "0x1000000"), ("DOTNET_TieredPGO", "0")];

    /// <param name="process">The process.</param>
    /// <param name="project">Its project, or another one that takes its place.</param>
    public ProcessStartInfo Of(UpProcess process, string project)
    {
        var start = Dotnet(LocatedProject.Find(layout.Root, project, configuration), [.. process.Arguments.Select(a => Fill(a, process)), "--urls", process.Url]);
        foreach (var (name, value) in process.Environment) start.Environment[name] = Fill(value, process);
        Tell(start, process.Database, process.Name);
        Tell(start, process.Queues, UpFile.QueuesName);
        return start;
    }

    public ProcessStartInfo OfProxy(string project)
    {
        var start = Dotnet(LocatedProject.Find(layout.Root, project, configuration), []);
        start.Environment["Strangler__Plan"] = plan;
        start.Environment["Strangler__State"] = layout.ProxyFile;
        if (databases is not null)
        {
            start.Environment["Strangler__Database__Provider"] = databases.Provider;
            start.Environment["Strangler__Database__ConnectionString"] = databases.ConnectionTo(databases.NameOf(UpFile.ProxyName));
        }

        start.Environment["Strangler__AdminKeyFile"] = layout.AdminKeyFile;
        start.Environment["Strangler__SyncKeyFile"] = layout.SyncKeyFile;
        start.Environment["Strangler__PublicUrl"] = layout.PublicUrl;
        start.Environment["Strangler__AdminUrl"] = layout.AdminUrl;
        foreach (var (name, value) in file.Proxy?.Environment ?? new Dictionary<string, string>()) start.Environment[name] = Fill(value, null);
        return start;
    }

    private void Tell(ProcessStartInfo start, UpDatabase? told, string name)
    {
        if (databases is null || told is null) return;
        start.Environment[told.Provider] = databases.Provider;
        start.Environment[told.Connection] = databases.ConnectionTo(databases.NameOf(name));
    }

    private static ProcessStartInfo Dotnet(LocatedProject project, IEnumerable<string> arguments)
    {
        var start = DotnetHost.Command(project.Directory, [project.Assembly, .. arguments]);
        foreach (var (name, value) in Thrift) start.Environment.TryAdd(name, value);
        // Listeners are given one by one; an address for all of them would make the processes fight over it.
        foreach (var name in new[] { "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_URLS", "URLS" }) start.Environment.Remove(name);
        return start;
    }

    private string Fill(string text, UpProcess? process)
    {
        var filled = text.Replace("{data}", layout.Data, StringComparison.Ordinal)
            .Replace("{syncKey}", syncKey, StringComparison.Ordinal)
            .Replace("{root}", layout.Root, StringComparison.Ordinal)
            .Replace("{proxy.url}", layout.PublicUrl, StringComparison.Ordinal);
        filled = Secret().Replace(filled, match => DataDirectory.Key(Path.Combine(layout.Data, match.Groups[1].Value + ".key")));
        if (process is not null) filled = filled.Replace("{port}", process.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return file.Processes.Aggregate(filled, static (t, p) => t.Replace($"{{{p.Name}.url}}", p.Url, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\{secret:([a-z0-9][a-z0-9-]*)\}")]
    private static partial Regex Secret();
}
