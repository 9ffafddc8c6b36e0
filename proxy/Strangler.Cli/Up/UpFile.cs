using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>The file that lists what belongs to the system besides the proxy.</summary>
/// <param name="Processes">The legacy and the services.</param>
/// <param name="Proxy">The proxy's project when it is not the one that this command comes with.</param>
internal sealed partial record UpFile(IReadOnlyList<UpProcess> Processes, UpProxy? Proxy = null)
{
    /// <summary>The proxy's name among the processes; no other may have it.</summary>
    public const string ProxyName = "proxy";

    /// <summary>The name of the database of queues; no process may have it either.</summary>
    public const string QueuesName = "queues";

    /// <summary>Whoever keeps something in a database: processes, the proxy, and the queues where there are some.</summary>
    [JsonIgnore]
    public IEnumerable<string> DatabaseNames => Processes.Where(static p => p.Database is not null).Select(static p => p.Name)
        .Append(ProxyName).Concat(Processes.Any(static p => p.Queues is not null) ? [QueuesName] : []);

    /// <summary>Where the processes' ports have gone.</summary>
    [JsonIgnore]
    public MovedAddresses Addresses { get; private init; } = new(new Dictionary<int, int>());

    private static readonly JsonSerializerOptions Reading = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>Reads the file and reports everything that is wrong with it at once.</summary>
    public static UpFile Read(UpLayout layout)
    {
        UpFile file;
        try
        {
            file = JsonSerializer.Deserialize<UpFile>(File.ReadAllText(layout.File), Reading)
                ?? throw new CommandFailure($"{layout.File} holds nothing. It must list the processes to start.");
        }
        catch (JsonException error)
        {
            throw new CommandFailure($"{layout.File}: {error.Message}");
        }

        file = file.Move(layout.Ports);
        var problems = file.Problems(layout).ToList();
        return problems.Count == 0
            ? file
            : throw new CommandFailure($"{layout.File} is wrong:{string.Concat(problems.Select(static p => "\n  " + p))}", document: new { error = $"{layout.File} is wrong.", problems });
    }

    /// <summary>The same system on other ports, with the addresses in its settings moved along.</summary>
    private UpFile Move(PortMap ports)
    {
        // A port that two processes claim is a problem that is reported afterwards.
        var moves = Processes.GroupBy(static p => p.Port).ToDictionary(static g => g.Key, g => ports.PortOf(g.First().Name, g.Key));
        var addresses = new MovedAddresses(moves);
        if (!addresses.Any) return this;
        return this with
        {
            Addresses = addresses,
            Processes = [.. Processes.Select(p => p with
            {
                Port = ports.PortOf(p.Name, p.Port),
                Environment = p.Environment.ToDictionary(static e => e.Key, e => addresses.In(e.Value)),
                Arguments = [.. p.Arguments.Select(addresses.In)],
            })],
            Proxy = Proxy is null ? null : Proxy with { Environment = Proxy.Environment.ToDictionary(static e => e.Key, e => addresses.In(e.Value)) },
        };
    }

    private IEnumerable<string> Problems(UpLayout layout)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { ProxyName, QueuesName };
        var ports = new Dictionary<int, string> { [new Uri(layout.PublicUrl).Port] = "--port", [new Uri(layout.AdminUrl).Port] = "--admin-port" };
        if (Processes.Count == 0) yield return "processes: empty; list at least the legacy.";
        foreach (var (index, process) in Processes.Index())
        {
            var where = $"processes[{index}]";
            if (!Name().IsMatch(process.Name)) yield return $"{where}.name: '{process.Name}' names a log file and a placeholder; use lower case letters, digits and dashes.";
            else if (!names.Add(process.Name)) yield return $"{where}.name: '{process.Name}' is taken; every process needs a name of its own.";
            if (process.Port is < 1 or > 65535) yield return $"{where}.port: {process.Port} is no port; use a number from 1 to 65535.";
            else if (!ports.TryAdd(process.Port, process.Name)) yield return $"{where}.port: {process.Port} is also the port of {ports[process.Port]}; change one of them.";
            if (!process.Health.StartsWith('/')) yield return $"{where}.health: '{process.Health}' must be a path that begins with a slash.";
            if (!LocatedProject.Exists(layout.Root, process.Project)) yield return $"{where}.project: there is no project at {Path.GetFullPath(process.Project, layout.Root)}.";
        }

        if (Proxy is not null && !LocatedProject.Exists(layout.Root, Proxy.Project))
            yield return $"proxy.project: there is no project at {Path.GetFullPath(Proxy.Project, layout.Root)}.";
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]*$")]
    private static partial Regex Name();
}

/// <summary>One process: a project, or the path of a built assembly, and how to start it.</summary>
internal sealed record UpProcess(string Name, string Project, int Port)
{
    /// <summary>The path that answers 200 when the process is ready.</summary>
    public string Health { get; init; } = "/healthz";

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>How the process is told of a database on a server; without it the process keeps the one that its environment names.</summary>
    public UpDatabase? Database { get; init; }

    /// <summary>How the process is told of the one database that all share for the queues of a message bus.</summary>
    public UpDatabase? Queues { get; init; }

    [JsonIgnore]
    public string Url => $"http://127.0.0.1:{Port}";
}

/// <summary>A proxy host of the user's own.</summary>
internal sealed record UpProxy(string Project)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>The names of the two environment variables.</summary>
internal sealed record UpDatabase(string Provider, string Connection);
