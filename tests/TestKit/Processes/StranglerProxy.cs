namespace TestKit.Processes;

/// <summary>Strangler.Host as a process of its own, as it comes: a plan, a state file and its addresses are all that it is given.</summary>
public sealed class StranglerProxy : IAsyncDisposable
{
    private const string Key = "key-of-the-tests";

    // Held as long as the process listens, so that no other test is given them.
    private readonly FreePort[] _ports;

    private StranglerProxy(TestProcess process, StranglerAdmin admin, FreePort[] ports) => (Process, Admin, _ports) = (process, admin, ports);

    public TestProcess Process { get; }

    public StranglerAdmin Admin { get; }

    public Uri Url => Process.Url;

    /// <summary>Starts it with the given plan; the plan and the proxy's state are kept in the directory.</summary>
    public static async Task<StranglerProxy> StartAsync(string plan, TemporaryDirectory directory)
    {
        await File.WriteAllTextAsync(directory.File("plan.json"), plan);
        return await StartAnotherAsync("proxy", directory);
    }

    /// <summary>Starts one more over the plan and the state in the directory.</summary>
    public static async Task<StranglerProxy> StartAnotherAsync(string name, TemporaryDirectory directory)
    {
        var publicPort = FreePort.Take();
        var adminPort = FreePort.Take();
        var process = await TestProcess.StartAsync(new TestProcessStart("proxy/Strangler.Host")
        {
            Name = name,
            Url = new Uri(publicPort.Url),
            PassUrl = false,
            Health = adminPort.Url + "/healthz",
            Environment = new Dictionary<string, string>
            {
                ["Strangler__Plan"] = directory.File("plan.json"),
                ["Strangler__State"] = directory.File("strangler.db"),
                ["Strangler__AdminKey"] = Key,
                ["Strangler__SyncKey"] = Key,
                ["Strangler__PublicUrl"] = publicPort.Url,
                ["Strangler__AdminUrl"] = adminPort.Url,
            },
        });
        return new StranglerProxy(process, new StranglerAdmin(new Uri(adminPort.Url), Key), [publicPort, adminPort]);
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await Process.DisposeAsync();
        foreach (var port in _ports) port.Dispose();
    }
}
