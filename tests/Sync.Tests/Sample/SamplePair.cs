using TestKit;
using TestKit.Databases;

namespace Sync.Tests.Sample;

/// <summary>Both sides of the sample module, each reaching the other through a gate.</summary>
public sealed class SamplePair : IAsyncDisposable
{
    /// <summary>What a slow server may take for thousands of rows, so that only what hangs fails.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private SamplePair(TestDatabase ofLegacy, TestDatabase ofService, Gate toLegacy, Gate toService, Dictionary<string, string?>? settings)
    {
        (ToLegacy, ToService) = (toLegacy, toService);
        var buses = SampleBus.ForPair?.Invoke(ofLegacy);
        Legacy = new SampleSide("legacy", ofLegacy, toLegacy, toService.Address, settings) { Bus = buses?.Legacy };
        Service = new SampleSide("service", ofService, toService, toLegacy.Address, settings) { Bus = buses?.Service };
    }

    public Gate ToLegacy { get; }

    public Gate ToService { get; }

    public SampleSide Legacy { get; }

    public SampleSide Service { get; }

    /// <summary>Keeps what the legacy sends, over whatever channel, until <see cref="LetGo"/>.</summary>
    public void Hold() => Hold(true);

    public void LetGo() => Hold(false);

    /// <summary>Starts both sides with one shelf at the legacy.</summary>
    public static async Task<SamplePair> StartAsync(string provider, Dictionary<string, string?>? settings = null, string? providerOfService = null, Action<SamplePair>? prepare = null)
    {
        var ofLegacy = await TestDatabase.CreateAsync(provider);
        var pair = new SamplePair(ofLegacy, await TestDatabase.CreateAsync(providerOfService ?? provider), await Gate.StartAsync(), await Gate.StartAsync(), settings);
        prepare?.Invoke(pair);
        await pair.Legacy.StartAsync();
        await pair.Service.StartAsync();
        await pair.Legacy.UseAsync(async context =>
        {
            context.Add(new Shelf { Name = "first" });
            await context.SaveChangesAsync();
        });
        return pair;
    }

    /// <summary>Starts both sides in step: captured, followed, backfilled.</summary>
    public static async Task<SamplePair> StartSyncedAsync(string provider, Dictionary<string, string?>? settings = null, string? providerOfService = null, Action<SamplePair>? prepare = null)
    {
        var pair = await StartAsync(provider, settings, providerOfService, prepare);
        await pair.SyncAsync();
        return pair;
    }

    public async Task SyncAsync()
    {
        await Service.DoAsync("follow", new { epoch = 1, reset = true });
        await Legacy.DoAsync("capture", new { enabled = true });
        await Legacy.DoAsync("backfill", new { restart = true });
        await CompleteAsync(Legacy, "backfill");
    }

    public static async Task CompleteAsync(SampleSide side, string work)
    {
        var status = await Eventually.GetAsync(side.StatusAsync, now => now.GetProperty(work).GetProperty("state").GetString() is "complete" or "failed", Patience, work);
        Assert.AreEqual("complete", status.GetProperty(work).GetProperty("state").GetString(), status.ToString());
    }

    /// <summary>Fence, drain, open: as the coordinator does it.</summary>
    public static async Task SwitchAsync(SampleSide from, SampleSide to, long epoch)
    {
        var fence = await from.DoAsync("fence", new { epoch });
        await DrainedAsync(from, fence.GetProperty("position").GetInt64());
        await to.DoAsync("open", new { epoch = epoch + 1, keys = fence.GetProperty("keys"), capture = true });
    }

    public static async Task DrainedAsync(SampleSide owner, long position = long.MaxValue) =>
        await Eventually.GetAsync(() => owner.DoAsync("drain", new { position, timeoutMs = 60_000 }), answer => answer.GetProperty("drained").GetBoolean(), Patience, "drained");

    public async Task AssertEqualAsync() => Assert.AreEqual(await Legacy.DumpAsync(), await Service.DumpAsync());

    public async ValueTask DisposeAsync()
    {
        // Their queues may share a database, which goes with its side.
        await Legacy.StopAsync();
        await Service.StopAsync();
        await Legacy.DisposeAsync();
        await Service.DisposeAsync();
        await ToLegacy.DisposeAsync();
        await ToService.DisposeAsync();
    }

    private void Hold(bool hold)
    {
        ToService.Fault = hold ? Fault.Refuse : Fault.None;
        if (Legacy.Bus is { } bus) bus.IsAway = hold;
    }
}
