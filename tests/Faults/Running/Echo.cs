using System.Net.Http.Json;
using Faults.History;
using Faults.Scheduling;

namespace Faults.Running;

/// <summary>What the past has sent arrives once more: calls of coordinators and deliveries of earlier epochs. None of it may change who owns the module.</summary>
internal sealed class Echo(FaultyShop shop, RunHistory history)
{
    private const int Deliveries = 12;

    public async Task AllAsync(bool forward)
    {
        var now = Owner();
        var calls = 0;
        foreach (var fence in shop.State.Fences())
        {
            if (fence.Epoch < now?.Epoch) calls += await CallAsync(fence.From, "fence", new { epoch = fence.Epoch });
            if (fence.NewEpoch >= now?.Epoch) continue;
            calls += await CallAsync(fence.To, "open", new { epoch = fence.NewEpoch, keys = new Dictionary<string, long>(), capture = true });
            calls += await CallAsync(fence.From, "follow", new { epoch = fence.NewEpoch, reset = false });
            calls += await CallAsync(fence.To, "follow", new { epoch = fence.NewEpoch, reset = true });
        }

        var repeated = 0;
        foreach (var wire in shop.Wires.Values) repeated += await wire.ReplayAsync(Deliveries);
        history.Tell($"echoes: {calls} calls taken, {repeated} deliveries");
        if (repeated > 0) history.Reached.Enqueue(new Cell("Echo", "", forward));
        if (now is not null && Owner() is { } after && after != now) history.Anomalies.Enqueue($"Calls of the past changed the owner from {now} to {after}.");
    }

    private OwnershipRow? Owner() => shop.Databases.Values.Select(static database => database.Ownership()).FirstOrDefault(static row => row is { State: "owner" });

    private async Task<int> CallAsync(string side, string step, object body)
    {
        using var http = new HttpClient { BaseAddress = shop.UrlOf(side), Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.Add("Strangler-Key", FaultyShop.SyncKey);
        using var answer = await http.PostAsJsonAsync($"/_sync/modules/catalog/{step}", body);
        return answer.IsSuccessStatusCode ? 1 : 0;
    }
}
