using System.Diagnostics;
using System.Text.Json;
using TestKit.Processes;

namespace Benchmarks;

/// <summary>What has become of an endpoint's mirrored reads, as the proxy's status says.</summary>
internal sealed record MirrorTally(long TakenIn, long Waiting, long Compared, long Mismatched, long Shed)
{
    private static readonly string[] ReallyCompared = ["Match", "Mismatch", "Noise", "Lag"];
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    public double ComparedShare => (double)Compared / TakenIn;

    public static async Task<MirrorTally> OfAsync(StranglerAdmin admin, string module)
    {
        var endpoint = (await admin.StatusAsync(module)).GetProperty("endpoints").EnumerateArray().Single();
        var counts = endpoint.GetProperty("counts").EnumerateObject().ToDictionary(static c => c.Name, static c => c.Value.GetInt64());
        return new MirrorTally(
            Count(endpoint, "takenIn"), Count(endpoint, "waiting"), ReallyCompared.Sum(name => counts[name]), counts["Mismatch"], counts["Shed"]);
    }

    /// <summary>Waits until nothing waits to be compared.</summary>
    public static async Task<MirrorTally> DrainedAsync(StranglerAdmin admin, string module)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var tally = await OfAsync(admin, module);
            if (tally.Waiting == 0) return tally;
            if (watch.Elapsed > DrainLimit) throw new TimeoutException($"{tally.Waiting} mirrored reads still wait after {DrainLimit.TotalSeconds:0} s.");
            await Task.Delay(BetweenLooks);
        }
    }

    public MirrorTally Since(MirrorTally before) =>
        new(TakenIn - before.TakenIn, Waiting, Compared - before.Compared, Mismatched - before.Mismatched, Shed - before.Shed);

    private static long Count(JsonElement endpoint, string name) => endpoint.GetProperty(name).GetInt64();
}
