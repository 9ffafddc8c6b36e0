using Strangler.Cli.Running;
using Strangler.Cli.Up.Control;
using Strangler.Cli.Up.Databases;

namespace Strangler.Cli.Up;

/// <summary>
/// A system as <c>up</c> starts it, without a terminal: plan, data directory, keys, orphans, ports and databases are checked, everything is built
/// and started, and all of it answers. Nothing is written outside the data directory, and nothing at all before both files are known to be right.
/// </summary>
internal sealed class UpSystem : IAsyncDisposable
{
    private readonly DataDirectory _data;
    private readonly DerivedPlan _plan;
    private ControlServer? _server;

    private UpSystem(UpLayout layout, IReadOnlyList<string> modules, DataDirectory data, DerivedPlan plan, RunningSystem running, ProcessControl control)
    {
        (Layout, Modules, _data, _plan, Running, Control) = (layout, modules, data, plan, running, control);
    }

    public UpLayout Layout { get; }

    /// <summary>The modules of the plan.</summary>
    public IReadOnlyList<string> Modules { get; }

    public RunningSystem Running { get; }

    /// <summary>Stops and starts single processes.</summary>
    public ProcessControl Control { get; }

    /// <summary>Starts everything and returns once it answers.</summary>
    /// <param name="request">What to start, where to keep its data, and on which ports.</param>
    /// <param name="from">The directory to which relative paths refer, and from which the description is looked for upwards.</param>
    /// <param name="step">Takes the name of each step and what it found.</param>
    /// <param name="show">Takes the lines that the processes print; null leaves them in the logs.</param>
    /// <param name="cancellationToken">Stops what has been started.</param>
    /// <exception cref="CommandFailure">Something is wrong; nothing is left running.</exception>
    public static async Task<UpSystem> StartAsync(
        UpRequest request, string from, Action<string, string> step, Action<string>? show, CancellationToken cancellationToken)
    {
        var layout = UpLayout.Find(request, from);
        var file = UpFile.Read(layout);
        var modules = PlanCheck.Run(layout);
        step("plan", $"{Path.GetRelativePath(from, layout.Plan)}: {(modules.Count == 0 ? "no modules yet" : string.Join(", ", modules))}");

        var data = DataDirectory.Open(layout);
        var running = new RunningSystem(layout, show);
        try
        {
            var (plan, control) = await StartAsync(request, layout, file, running, step, cancellationToken);
            return new UpSystem(layout, modules, data, plan, running, control);
        }
        catch
        {
            await running.DisposeAsync();
            data.Dispose();
            throw;
        }
    }

    /// <summary>Takes commands of other processes from now on; <see cref="RunAsync"/> does them.</summary>
    public void TakeCommands()
    {
        _server = new ControlServer(Control);
        Running.TakeCommandsAt(_server.Address);
    }

    /// <summary>Runs until cancelled: follows the plan, takes commands, and reports a process that died.</summary>
    public async Task RunAsync(Action<ProcessDeath> died, CancellationToken cancellationToken) => await Task.WhenAll(
        Running.RunAsync(died, cancellationToken),
        _plan.FollowAsync(cancellationToken),
        _server?.RunAsync(cancellationToken) ?? Task.CompletedTask);

    public async ValueTask DisposeAsync()
    {
        _server?.Dispose();
        await Running.DisposeAsync();
        Control.Dispose();
        _data.Dispose();
    }

    private static async Task<(DerivedPlan Plan, ProcessControl Control)> StartAsync(
        UpRequest request, UpLayout layout, UpFile file, RunningSystem running, Action<string, string> step, CancellationToken cancellationToken)
    {
        DataDirectory.Key(layout.AdminKeyFile);
        var syncKey = DataDirectory.Key(layout.SyncKeyFile);
        var choice = DatabaseChoice.Take(request, layout);
        step("data", layout.Data);

        var orphans = await Orphans.StopAsync(UpState.Read(layout.StateFile), cancellationToken);
        if (orphans.Count > 0) step("clean", $"stopped what an earlier run had left: {string.Join(", ", orphans)}");
        Ports.Check(layout, file);

        var databases = choice.Server;
        if (databases is not null)
        {
            var created = await databases.CreateAsync([.. file.DatabaseNames.Select(databases.NameOf)], cancellationToken);
            step("dbs", $"{databases.Description}{(created.Count > 0 ? $"; created {string.Join(", ", created)}" : "")}");
        }

        // Only now: a server that could not be used binds nobody.
        choice.Keep(layout);
        var plan = new DerivedPlan(layout, file.Addresses);
        plan.Write();
        var launch = new Launch(layout, file, plan.File, request.Configuration, syncKey, databases);
        var control = new ProcessControl(layout, request, file, launch, running);
        await control.BuildAsync([.. control.Names.Select(control.ProjectOf)], !request.NoBuild, Building, cancellationToken);
        foreach (var name in control.Names) control.Launch(name, control.ProjectOf(name));
        await running.ReadyAsync(p => step("ready", $"{p.Name} {p.Running.Url}"), cancellationToken);
        return (plan, control);

        void Building(bool needed) => step("build", needed ? $"{request.Configuration}, this takes a while the first time" : "nothing has changed");
    }
}
