using Strangler.Cli.Running;
using Strangler.Cli.Up.Databases;

namespace Strangler.Cli.Up;

/// <summary>
/// One run of <c>up</c>: check plan, data directory, keys, orphans and ports; build; start; wait; run until stopped; stop everything.
/// Nothing is written outside the data directory, and nothing at all before the arguments and both files are known to be right.
/// </summary>
internal sealed class UpRun(UpRequest request, CommandIo io)
{
    private readonly long _began = TimeProvider.System.GetTimestamp();

    public async Task<int> RunAsync(string from, CancellationToken cancellation)
    {
        var layout = UpLayout.Find(request, from);
        var file = UpFile.Read(layout);
        var modules = PlanCheck.Run(layout);
        Step("plan", $"{Path.GetRelativePath(from, layout.Plan)}: {(modules.Count == 0 ? "no modules yet" : string.Join(", ", modules))}");

        using var data = DataDirectory.Open(layout);
        DataDirectory.Key(layout.AdminKeyFile);
        var syncKey = DataDirectory.Key(layout.SyncKeyFile);
        var choice = DatabaseChoice.Take(request, layout);
        Step("data", layout.Data);

        var orphans = await Orphans.StopAsync(UpState.Read(layout.StateFile), cancellation);
        if (orphans.Count > 0) Step("clean", $"stopped what an earlier run had left: {string.Join(", ", orphans)}");
        Ports.Check([
            .. file.Processes.Select(p => (p.Port, $"'{p.Name}'", $"change its port in {layout.File} and its address in {layout.Plan}")),
            (request.Port, "the public listener", "choose another with --port"),
            (request.AdminPort, "the admin listener", "choose another with --admin-port"),
        ]);

        var databases = choice.Server;
        if (databases is not null)
        {
            var created = await databases.CreateAsync([.. file.DatabaseNames.Select(databases.NameOf)], cancellation);
            Step("dbs", $"{databases.Description}{(created.Count > 0 ? $"; created {string.Join(", ", created)}" : "")}");
        }

        // Only now: a server that could not be used binds nobody.
        choice.Keep(layout);
        var proxy = LocatedProject.ProxyOf(file, layout);
        await BuildAsync(layout, [.. file.Processes.Select(p => p.Project).Append(proxy)], cancellation);
        using var hangup = new Hangup(cancellation);
        await using var system = new RunningSystem(layout, request.Verbose ? io.Line : null);
        var launch = new Launch(layout, file, request.Configuration, syncKey, databases);
        foreach (var process in file.Processes) system.Start(process.Name, process.Url, process.Url + process.Health, launch.Of(process));
        system.Start(UpFile.ProxyName, layout.PublicUrl, layout.AdminUrl + "/healthz", launch.OfProxy(proxy));
        await system.ReadyAsync(p => Step("ready", $"{p.Name} {p.Running.Url}"), hangup.Token);

        io.Result(UpReport.Document(layout, system), () => UpReport.Write(io.Terminal, layout, system, modules, TimeProvider.System.GetElapsedTime(_began)));
        await system.RunAsync(hangup.Token);
        io.Line("Stopping...");
        return ExitCode.Done;
    }

    private async Task BuildAsync(UpLayout layout, IReadOnlyList<string> projects, CancellationToken cancellation)
    {
        if (!request.NoBuild)
        {
            var build = new ProjectBuild(layout, Locate(), request.Configuration);
            if (build.IsFresh())
            {
                Step("build", "nothing has changed");
            }
            else
            {
                Step("build", $"{request.Configuration}, this takes a while the first time");
                await build.RunAsync(cancellation);
            }
        }

        // Located again: only the build knows where its output went.
        if (Locate().FirstOrDefault(static p => !File.Exists(p.Assembly)) is { } missing)
            throw new CommandFailure($"{missing.Assembly} has not been built. Leave --no-build out, or run: dotnet build {missing.ProjectFile} -c {request.Configuration}");

        List<LocatedProject> Locate() => [.. projects.Select(p => LocatedProject.Find(layout.Root, p, request.Configuration))];
    }

    private void Step(string name, string detail) => io.Line($"{TimeProvider.System.GetElapsedTime(_began).TotalSeconds,5:0.0} s  {name,-6} {detail}");
}
