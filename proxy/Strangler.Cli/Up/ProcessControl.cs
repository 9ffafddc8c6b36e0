using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>Starts, stops and restarts single processes of a system, one after another.</summary>
internal sealed class ProcessControl(UpLayout layout, UpRequest request, UpFile file, Launch launch, RunningSystem running) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>What can be named, in the order of the start: the processes, then the proxy.</summary>
    public IReadOnlyList<string> Names { get; } = [.. file.Processes.Select(static p => p.Name), UpFile.ProxyName];

    /// <summary>The project with which a process is described.</summary>
    public string ProjectOf(string name) => name == UpFile.ProxyName ? LocatedProject.ProxyOf(file, layout) : Described(name).Project;

    /// <summary>Starts a process that does not run, without waiting for it.</summary>
    public ChildProcess Launch(string name, string project)
    {
        if (name == UpFile.ProxyName) return running.Start(name, layout.PublicUrl, layout.AdminUrl + "/healthz", launch.OfProxy(project));
        var process = Described(name);
        return running.Start(name, process.Url, process.Url + process.Health, launch.Of(process, project));
    }

    /// <summary>Stops a process.</summary>
    /// <exception cref="CommandFailure">There is no process of that name.</exception>
    public Task<ProcessOutcome> StopAsync(string name, CancellationToken cancellationToken) => OneAsync(name, async process =>
    {
        if (process.Exited.IsCompleted) return ProcessOutcome.Of("was not running", process);
        await running.StopAsync(process);
        return ProcessOutcome.Of("stopped", process);
    }, cancellationToken);

    /// <summary>Starts a process that was stopped or has died, and waits until it answers.</summary>
    /// <param name="name">The process.</param>
    /// <param name="change">From which project, and whether it is built before.</param>
    /// <param name="say">Takes what is being done.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CommandFailure">It cannot be started; the message says why.</exception>
    public Task<ProcessOutcome> StartAsync(string name, ProcessChange change, Action<string> say, CancellationToken cancellationToken) => OneAsync(name, async process =>
    {
        if (process.Exited.IsCompleted) return await StartAsync("started", name, change, say, cancellationToken);
        if (change.Project is not null)
            throw new CommandFailure($"'{name}' runs already (process {process.Running.Pid}). To start it from another project, use 'strangler restart {name}'.");
        return ProcessOutcome.Of("runs already", process);
    }, cancellationToken);

    /// <summary>Builds where that is needed, stops the process, starts it again and waits until it answers.</summary>
    /// <inheritdoc cref="StartAsync(string, ProcessChange, Action{string}, CancellationToken)"/>
    public Task<ProcessOutcome> RestartAsync(string name, ProcessChange change, Action<string> say, CancellationToken cancellationToken) =>
        OneAsync(name, _ => StartAsync("restarted", name, change, say, cancellationToken), cancellationToken);

    /// <summary>Builds the projects unless their output is as new as their sources.</summary>
    /// <param name="projects">The projects.</param>
    /// <param name="allowed">False to start what is there.</param>
    /// <param name="begins">Takes whether a build is needed.</param>
    /// <param name="cancellationToken">Ends the build.</param>
    /// <returns>True when something was built.</returns>
    /// <exception cref="CommandFailure">The build failed, or there is no output to start.</exception>
    public async Task<bool> BuildAsync(IReadOnlyList<string> projects, bool allowed, Action<bool> begins, CancellationToken cancellationToken)
    {
        var build = allowed ? new ProjectBuild(layout, Locate(), request.Configuration) : null;
        var needed = build is not null && !build.IsFresh();
        if (build is not null) begins(needed);
        if (needed) await build!.RunAsync(cancellationToken);

        // Located again: only the build knows where its output went.
        if (Locate().FirstOrDefault(static p => !File.Exists(p.Assembly)) is { } missing)
            throw new CommandFailure($"{missing.Assembly} has not been built. Leave --no-build out, or run: dotnet build {missing.ProjectFile} -c {request.Configuration}");
        return needed;

        List<LocatedProject> Locate() => [.. projects.Select(p => LocatedProject.Find(layout.Root, p, request.Configuration))];
    }

    public void Dispose() => _one.Dispose();

    private async Task<ProcessOutcome> StartAsync(string done, string name, ProcessChange change, Action<string> say, CancellationToken cancellationToken)
    {
        var project = change.Project ?? ProjectOf(name);
        // Built while the old process still serves: a build that fails changes nothing.
        var built = await BuildAsync([project], change.Build, Begins, cancellationToken);
        if (running.Find(name) is { } old && !old.Exited.IsCompleted) await running.StopAsync(old);
        var began = TimeProvider.System.GetTimestamp();
        var process = Launch(name, project);
        await running.ReadyAsync(process, cancellationToken);
        return ProcessOutcome.Of(done, process) with { Built = built, Seconds = Math.Round(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 1) };

        void Begins(bool needed)
        {
            if (needed) say("building, as its sources are newer than its build.");
        }
    }

    private async Task<ProcessOutcome> OneAsync(string name, Func<ChildProcess, Task<ProcessOutcome>> change, CancellationToken cancellationToken)
    {
        var known = Names.Contains(name, StringComparer.Ordinal);
        if (!known) throw new CommandFailure($"There is no process '{name}' here. The processes are {string.Join(", ", Names)}.", ExitCode.WrongUse);
        await _one.WaitAsync(cancellationToken);
        try
        {
            return await change(running.Find(name)!);
        }
        finally
        {
            _one.Release();
        }
    }

    private UpProcess Described(string name) => file.Processes.First(p => p.Name == name);
}

/// <summary>How a process is to be started.</summary>
/// <param name="Project">Another project in place of the one that is described.</param>
/// <param name="Build">Whether it is built first when its sources are newer than its output.</param>
internal sealed record ProcessChange(string? Project = null, bool Build = true);

/// <summary>What has become of a process.</summary>
internal sealed record ProcessOutcome(string Name, string Outcome, bool Running, int? Pid, string Url, string Log)
{
    public bool Built { get; init; }

    /// <summary>From its start to its first answer.</summary>
    public double? Seconds { get; init; }

    public static ProcessOutcome Of(string outcome, ChildProcess process)
    {
        var runs = !process.Exited.IsCompleted;
        return new ProcessOutcome(process.Name, outcome, runs, runs ? process.Running.Pid : null, process.Running.Url, process.LogFile);
    }
}
