using TestKit;
using TestKit.Processes;

namespace Strangler.Tests;

/// <summary>Strangler.Host as a process of its own, as it comes: a plan, a state file and its addresses are all that it is given.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private const string Key = "key";
    private readonly TestProcess _process;

    private HostProcess(TestProcess process, Uri admin)
    {
        _process = process;
        Admin = new HttpClient { BaseAddress = admin };
        Admin.DefaultRequestHeaders.Add("Strangler-Key", Key);
    }

    public int Id => _process.Id;

    public Uri Url => _process.Url;

    /// <summary>Speaks to the admin listener as the operator.</summary>
    public HttpClient Admin { get; }

    public static async Task<HostProcess> StartAsync(TemporaryDirectory directory, string plan)
    {
        var (publicPort, adminPort) = (FreePort.Take(), FreePort.Take());
        await File.WriteAllTextAsync(directory.File("plan.json"), plan);
        return new HostProcess(
            await TestProcess.StartAsync(new TestProcessStart("proxy/Strangler.Host")
            {
                Url = new Uri(publicPort.Url),
                PassUrl = false,
                ReadyLimit = TimeSpan.FromMinutes(3),
                Health = adminPort.Url + "/healthz",
                Environment = new Dictionary<string, string>
                {
                    ["Strangler__Plan"] = directory.File("plan.json"), ["Strangler__State"] = directory.File("state.db"), ["Strangler__AdminKey"] = Key, ["Strangler__SyncKey"] = Key,
                    ["Strangler__PublicUrl"] = publicPort.Url, ["Strangler__AdminUrl"] = adminPort.Url,
                },
            }),
            new Uri(adminPort.Url));
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await _process.DisposeAsync();
    }
}
