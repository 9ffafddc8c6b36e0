using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>Where things are and will be, all absolute.</summary>
internal sealed record UpLayout(string Root, string File, string Plan, string Data, int Port, int AdminPort, PortMap Ports)
{
    private const string Folder = ".strangler";

    public string PublicUrl => $"http://127.0.0.1:{Ports.PortOf(PortMap.Public, Port)}";

    public string AdminUrl => $"http://127.0.0.1:{Ports.PortOf(PortMap.Admin, AdminPort)}";

    public string AdminKeyFile => Path.Combine(Data, "admin.key");

    public string SyncKeyFile => Path.Combine(Data, "sync.key");

    public string StateFile => Path.Combine(Data, "up.json");

    /// <summary>Which databases belong to the directory.</summary>
    public string DatabaseFile => Path.Combine(Data, "database.json");

    /// <summary>The plan with moved addresses, where ports have moved.</summary>
    public string DerivedPlan => Path.Combine(Data, "plan.json");

    /// <summary>The proxy's state, where the databases are embedded.</summary>
    public string ProxyFile => Path.Combine(Data, "strangler.db");

    public string LogOf(string process) => Path.Combine(Data, "logs", process + ".log");

    public static UpLayout Find(UpRequest request, string from)
    {
        var file = request.File is { } given ? Path.GetFullPath(given, from) : Upwards.Find(from, Path.Combine(Folder, "up.json"))
            ?? throw new CommandFailure($"No {Folder}/up.json in {from} or above it. Change to the repository's directory, or name the file with --file.");
        if (!System.IO.File.Exists(file)) throw new CommandFailure($"{file} does not exist. Name the file that lists the processes with --file.");

        // The paths in the file are relative to the directory that holds .strangler, the top of the repository.
        var folder = Path.GetDirectoryName(file)!;
        var root = Path.GetFileName(folder) == Folder ? Path.GetDirectoryName(folder)! : folder;
        var plan = request.Plan is { } named ? Path.GetFullPath(named, from) : Path.Combine(folder, "plan.json");
        if (!System.IO.File.Exists(plan)) throw new CommandFailure($"{plan} does not exist. Name the plan with --plan.");
        return new UpLayout(
            root,
            file,
            plan,
            request.Data is { } data ? Path.GetFullPath(data, from) : Path.Combine(root, ".data"),
            request.Port,
            request.AdminPort,
            request.Ports);
    }
}
