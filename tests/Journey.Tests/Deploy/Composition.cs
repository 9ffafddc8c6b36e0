using System.Data.Common;
using System.Text.RegularExpressions;
using Journey.Tests.Shop;
using TestKit;
using TestKit.Databases;
using TestKit.Processes;

namespace Journey.Tests.Deploy;

/// <summary>
/// The programs of <c>docs/deploy/compose.yaml</c> as processes, with the settings that they have there. Only where things are is another: ports of this machine in place of
/// names, databases of the test, and a directory of its own.
/// </summary>
internal sealed partial class Composition : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, FreePort> _ports = [];
    private readonly Dictionary<string, TestDatabase> _databases = [];
    private readonly Dictionary<string, string> _secrets = [];
    private readonly List<TestProcess> _processes = [];
    private readonly string _provider;
    private readonly string _channel;

    private Composition(string provider, string channel) => (_provider, _channel) = (provider, channel);

    /// <summary>One admin API for each proxy.</summary>
    public IReadOnlyList<StranglerAdmin> Admins { get; private set; } = [];

    /// <summary>Installs, and starts what is installed.</summary>
    public static async Task<Composition> StartAsync(string provider, string channel)
    {
        ShopDatabases.RequireBuiltWith(channel);
        var composition = new Composition(provider, channel);
        try
        {
            var services = ComposeFile.Read(RepositoryRoot.File("docs/deploy/compose.yaml")).Programs;
            foreach (var name in services.Values.SelectMany(static service => service.Environment.Values).Select(DatabaseOf).OfType<string>().Distinct())
                composition._databases[name] = await TestDatabase.CreateAsync(provider);
            var plan = await File.ReadAllTextAsync(RepositoryRoot.File("docs/deploy/kubernetes/plan/plan.json"));
            await File.WriteAllTextAsync(composition._directory.File("plan.json"), composition.Moved("plan", plan));
            foreach (var (name, service) in services.Where(static service => service.Value.IsInstallation)) await composition.InstallAsync(name, service);
            await Task.WhenAll(services.Where(static service => !service.Value.IsInstallation).Select(service => composition.RunAsync(service.Key, service.Value)));
            composition.Admins = [.. composition.Proxies(8081).Select(url => new StranglerAdmin(url, composition._secrets["ADMIN_KEY"]))];
            return composition;
        }
        catch
        {
            await composition.DisposeAsync();
            throw;
        }
    }

    /// <summary>The key of the catalog's API that both sides have been given.</summary>
    public string ApiKey => _secrets["API_KEY"];

    /// <summary>Where a service listens, by what is written in the file.</summary>
    public Uri Of(string service, int port) => new(_ports[$"{service}:{port}"].Url);

    /// <summary>Where each proxy listens.</summary>
    public IReadOnlyList<Uri> Proxies(int port) => [Of("proxy-1", port), Of("proxy-2", port)];

    public async ValueTask DisposeAsync()
    {
        foreach (var admin in Admins) admin.Dispose();
        foreach (var process in _processes) await process.DisposeAsync();
        foreach (var database in _databases.Values) await database.DisposeAsync();
        foreach (var port in _ports.Values) port.Dispose();
        _directory.Dispose();
    }

    /// <summary>As <c>install-only.sh</c> does it: the program is started until it listens, and stopped again.</summary>
    private async Task InstallAsync(string name, ComposeService service)
    {
        StringAssert.EndsWith(service.Listens, $":{service.Entrypoint[1]}", $"{name} waits for the port at which it listens");
        await using var process = await TestProcess.StartAsync(StartOf(name, service));
        await process.StopAsync();
        Assert.AreEqual(0, process.ExitCode, $"{name}:\n{process.Output}");
    }

    private async Task RunAsync(string name, ComposeService service)
    {
        var process = await TestProcess.StartAsync(StartOf(name, service));
        lock (_processes) _processes.Add(process);
    }

    private TestProcessStart StartOf(string name, ComposeService service)
    {
        var environment = service.Environment.ToDictionary(static setting => setting.Key, setting => Moved(name, setting.Value));
        if (environment.ContainsKey("Sync__Channel")) environment["Sync__Channel"] = _channel;
        var listens = Moved(name, service.Listens);
        return new TestProcessStart(service.Build!.Args["PROJECT"])
        {
            Name = name,
            Url = new Uri(listens),
            PassUrl = false,
            Arguments = [.. service.Command.Select(argument => Moved(name, argument))],
            Health = $"{listens}/healthz",
            Environment = environment,
        };
    }

    private string Moved(string service, string value)
    {
        if (DatabaseOf(value) is { } database) return _databases[database].ConnectionString;
        if (value == "sqlserver") return _provider;
        value = Variable().Replace(value, match => Secret(match.Groups[1].Value));
        value = Address().Replace(value, match => Port(match.Groups[1].Value == "*" ? service : match.Groups[1].Value, match.Groups[2].Value).Url);
        return value.Replace("/var/lib/shop", _directory.Path, StringComparison.Ordinal).Replace("/etc/strangler", _directory.Path, StringComparison.Ordinal);
    }

    private static string? DatabaseOf(string value) =>
        value.Contains("Initial Catalog=", StringComparison.Ordinal) ? (string)new DbConnectionStringBuilder { ConnectionString = Variable().Replace(value, "x") }["Initial Catalog"] : null;

    private string Secret(string name)
    {
        lock (_secrets) return _secrets.TryGetValue(name, out var known) ? known : _secrets[name] = Guid.NewGuid().ToString("N");
    }

    private FreePort Port(string service, string port)
    {
        lock (_ports) return _ports.TryGetValue($"{service}:{port}", out var known) ? known : _ports[$"{service}:{port}"] = FreePort.Take();
    }

    [GeneratedRegex(@"\$\{(\w+)[^}]*\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"http://(\*|[\w-]+):(\d+)")]
    private static partial Regex Address();
}
