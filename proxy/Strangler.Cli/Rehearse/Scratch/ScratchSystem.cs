using Strangler.Cli.Rehearse.Faults;
using Strangler.Cli.Talking;
using Strangler.Cli.Up;
using Strangler.Plan;

namespace Strangler.Cli.Rehearse.Scratch;

/// <summary>The whole system on free ports with data of its own, in a temporary directory.</summary>
internal sealed class ScratchSystem : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private ScratchSystem(UpSystem system, PeerNetwork peers, PlanSnapshot plan, IReadOnlyList<string> changes, Action<ProcessDeath> died)
    {
        (System, Peers, Plan, Changes) = (system, peers, plan, changes);
        _running = system.RunAsync(died, _stop.Token);
        Admin = AdminClient.At(new AdminAddress(new Uri(system.Layout.AdminUrl), DataDirectory.Key(system.Layout.AdminKeyFile)));
    }

    public UpSystem System { get; }

    /// <summary>What the sides reach each other through.</summary>
    public PeerNetwork Peers { get; }

    /// <summary>The plan that the proxy follows.</summary>
    public PlanSnapshot Plan { get; }

    /// <summary>In what it is not the plan of the user.</summary>
    public IReadOnlyList<string> Changes { get; }

    public AdminClient Admin { get; }

    public Uri Public => new(System.Layout.PublicUrl);

    /// <summary>Starts everything and returns once it answers.</summary>
    /// <param name="asked">What to start, as <c>up</c> would.</param>
    /// <param name="from">The directory to which relative paths refer.</param>
    /// <param name="directory">The temporary directory.</param>
    /// <param name="step">Takes the name of each step and what it found.</param>
    /// <param name="died">Takes a process that ended by itself.</param>
    /// <param name="cancellationToken">Stops what has been started.</param>
    public static async Task<ScratchSystem> StartAsync(
        UpRequest asked, string from, string directory, Action<string, string> step, Action<ProcessDeath> died, CancellationToken cancellationToken)
    {
        var layout = UpLayout.Find(asked, from);
        var names = UpFile.Read(layout).Processes.Select(static p => p.Name).ToList();
        var ports = FreePorts.Take(names.Count + 2);
        var map = names.Append(PortMap.Public).Append(PortMap.Admin).Zip(ports).ToDictionary(static p => p.First, static p => p.Second);
        var (plan, changes) = ShortenedPlan.Of(await File.ReadAllTextAsync(layout.Plan, cancellationToken));
        var planFile = Path.Combine(directory, "rehearsed-plan.json");
        await File.WriteAllTextAsync(planFile, plan, cancellationToken);

        var peers = new PeerNetwork(names.ToDictionary(static n => n, n => map[n]));
        try
        {
            var request = asked with { File = layout.File, Plan = planFile, Data = Path.Combine(directory, "data"), Ports = PortMap.Of(map), Peers = peers.Urls };
            var system = await UpSystem.StartAsync(request, from, step, null, cancellationToken);
            return new ScratchSystem(system, peers, PlanReader.Read(system.Layout.DerivedPlan).Snapshot!, changes, died);
        }
        catch
        {
            await peers.DisposeAsync();
            throw;
        }
    }

    /// <summary>The process that listens at an address of the plan; null when it is not one of this system.</summary>
    public string? ProcessAt(Uri address) =>
        System.Running.Processes.FirstOrDefault(p => new Uri(p.Running.Url).Port == address.Port && p.Name != UpFile.ProxyName)?.Name;

    /// <summary>The secret of a name, as the processes got it.</summary>
    public string Secret(string name) => DataDirectory.Key(Path.Combine(System.Layout.Data, name + ".key"));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Admin.Dispose();
        await System.DisposeAsync();
        await Peers.DisposeAsync();
        _stop.Dispose();
    }
}
