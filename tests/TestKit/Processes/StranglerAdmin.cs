using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace TestKit.Processes;

/// <summary>The proxy's admin API, for tests.</summary>
public sealed class StranglerAdmin : IDisposable
{
    public StranglerAdmin(Uri url, string key)
    {
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = url, Timeout = TimeSpan.FromMinutes(2) };
        Client.DefaultRequestHeaders.Add("Strangler-Key", key);
    }

    public HttpClient Client { get; }

    /// <summary>The status of one module.</summary>
    public async Task<JsonElement> StatusAsync(string module)
    {
        var status = await Client.GetFromJsonAsync<JsonElement>($"/admin/status?module={module}");
        return status.GetProperty("modules").EnumerateArray().Single(m => m.GetProperty("name").GetString() == module);
    }

    public async Task<string> StageAsync(string module) => (await StatusAsync(module)).GetProperty("stage").GetString()!;

    public Task<JsonElement> AdvanceAsync(string module, string? to = null, int? percent = null, bool force = false, string? reason = null) =>
        PostAsync($"/admin/modules/{module}/advance", new { to, percent, force, reason });

    public Task<JsonElement> RollbackAsync(string module, string? to = null) => PostAsync($"/admin/modules/{module}/rollback", new { to });

    public Task<JsonElement> ReconcileAsync(string module, bool repair = false) => PostAsync($"/admin/modules/{module}/reconcile", new { repair });

    public Task<JsonElement> BackfillAsync(string module) => PostAsync($"/admin/modules/{module}/backfill", new { });

    public Task<JsonElement> DetachAsync(string module, bool detached = true) => PostAsync($"/admin/modules/{module}/detach", new { detached });

    /// <summary>Advances, asking again while a gate refuses: evidence takes its time. Anything but a refusal fails at once.</summary>
    public async Task AdvanceWhenAllowedAsync(string module, string to, int? percent = null, bool force = false, TimeSpan? limit = null)
    {
        try
        {
            await WhenAllowedAsync(module, "advance", new { to, percent, force, reason = force ? "a test that is not about gates" : null }, limit, $"Advancing {module} to {to}");
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"{error.Message}\nMismatches: {await Client.GetStringAsync($"/admin/modules/{module}/mismatches")}", error);
        }
    }

    /// <summary>Goes back, asking again while the side to which it goes has not caught up.</summary>
    public Task RollbackWhenAllowedAsync(string module, string to, TimeSpan? limit = null) => WhenAllowedAsync(module, "rollback", new { to }, limit, $"Rolling {module} back to {to}");

    private Task WhenAllowedAsync(string module, string step, object body, TimeSpan? limit, string what) => Eventually.GetAsync(
        async () =>
        {
            using var answer = await Client.PostAsJsonAsync($"/admin/modules/{module}/{step}", body);
            return (answer.StatusCode, Body: await answer.Content.ReadAsStringAsync());
        },
        seen => seen.StatusCode switch
        {
            HttpStatusCode.OK => true,
            HttpStatusCode.Conflict => false,
            _ => throw new InvalidOperationException($"{what} answered {seen}"),
        },
        limit ?? TimeSpan.FromSeconds(60),
        what);

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var answer = await Client.PostAsJsonAsync(path, body);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{path} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public void Dispose() => Client.Dispose();
}
