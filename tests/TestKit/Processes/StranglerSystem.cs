namespace TestKit.Processes;

/// <summary>A whole system of real processes: those that <c>.strangler/up.json</c> lists and the proxy, on free ports and a data directory of its own.</summary>
public sealed class StranglerSystem : IAsyncDisposable
{
    private const string SyncKey = "sync-key-of-the-tests";
    private const string AdminKey = "admin-key-of-the-tests";
    private readonly TemporaryDirectory _directory = new();
    private readonly FreePort _publicPort = FreePort.Take();
    private readonly FreePort _adminPort = FreePort.Take();
    private readonly SystemDescription _description;
    private readonly Dictionary<string, TestProcess> _processes = [];

    private StranglerSystem(StranglerSystemOptions options)
    {
        _description = SystemDescription.Move(options.UpFile, options.PlanFile, _directory.Path, options.EditPlan);
        Public = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { BaseAddress = PublicUrl };
        Admin = new StranglerAdmin(AdminUrl, AdminKey);
    }

    public Uri PublicUrl => new(_publicPort.Url);

    public Uri AdminUrl => new(_adminPort.Url);

    /// <summary>Follows no redirect and keeps no cookie.</summary>
    public HttpClient Public { get; }

    public StranglerAdmin Admin { get; }

    public TestProcess Proxy => this["proxy"];

    public string Data => _directory.Path;

    public IReadOnlyCollection<TestProcess> Processes => _processes.Values;

    /// <summary>A process by its name in the file, or <c>proxy</c>.</summary>
    public TestProcess this[string name] => _processes[name];

    public static async Task<StranglerSystem> StartAsync(StranglerSystemOptions? options = null)
    {
        options ??= new StranglerSystemOptions();
        var system = new StranglerSystem(options);
        try
        {
            var starts = system._description.Names
                .Select(name => system._description.StartOf(name, system.Data, SyncKey, [.. options.EnvironmentOf(name), .. options.Environment]))
                .Append(system.ProxyStart(options));
            // Each task is awaited although another fails, so that none is left running.
            var started = starts.Select(TestProcess.StartAsync).ToList();
            await Task.WhenAll(started.Select(async task => system.Add(await task)));
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Public.Dispose();
        Admin.Dispose();
        foreach (var process in _processes.Values) await process.DisposeAsync();
        _description.Dispose();
        _publicPort.Dispose();
        _adminPort.Dispose();
        _directory.Dispose();
    }

    private void Add(TestProcess process)
    {
        lock (_processes) _processes.Add(process.Name, process);
    }

    private TestProcessStart ProxyStart(StranglerSystemOptions options) => new(options.ProxyProject)
    {
        Name = "proxy",
        Url = PublicUrl,
        PassUrl = false,
        Health = new Uri(AdminUrl, "/healthz").ToString(),
        Environment = new Dictionary<string, string>(options.ProxyEnvironment)
        {
            ["Strangler__Plan"] = _description.PlanFile,
            ["Strangler__State"] = _directory.File("strangler.db"),
            ["Strangler__AdminKey"] = AdminKey,
            ["Strangler__SyncKey"] = SyncKey,
            ["Strangler__PublicUrl"] = _publicPort.Url,
            ["Strangler__AdminUrl"] = _adminPort.Url,
        },
    };
}
