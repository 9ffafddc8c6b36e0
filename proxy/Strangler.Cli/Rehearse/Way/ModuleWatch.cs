using System.Text.Json.Nodes;
using Strangler.Cli.Rehearse.Clients;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;

namespace Strangler.Cli.Rehearse.Way;

/// <summary>Asks the proxy all the time where the modules stand, and keeps lag, copy rate and what the comparer found.</summary>
internal sealed class ModuleWatch(AdminClient admin, LoadTally tally)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly string[] AgainstTheService = ["Mismatch", "Unstable"];
    private readonly Dictionary<string, long> _mismatches = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _compared = new(StringComparer.Ordinal);
    private volatile JsonObject? _last;

    /// <summary>The seconds of every look at a module whose data flows.</summary>
    public List<double> Lags { get; } = [];

    /// <summary>Each copy that was seen to its end, by module and start.</summary>
    public Dictionary<string, (string Copy, long Rows, double PerSecond)> Copies { get; } = new(StringComparer.Ordinal);

    /// <summary>Comparisons that the proxy has judged.</summary>
    public long Compared { get; private set; }

    /// <summary>The module's status as it was seen last.</summary>
    public JsonObject? Last(string module) => _last?["modules"]?.AsArray().OfType<JsonObject>().FirstOrDefault(m => $"{m["name"]}" == module);

    /// <summary>Looks until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        try
        {
            do
            {
                await LookAsync(stop);
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The rehearsal has ended.
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        try
        {
            var status = await admin.GetAsync("/admin/status", stop);
            foreach (var module in status["modules"]!.AsArray().OfType<JsonObject>()) await TakeAsync(module, stop);
            _last = status;
        }
        catch (CommandFailure)
        {
            // The proxy answers again, or the steps fail and say so.
        }
    }

    private async Task TakeAsync(JsonObject module, CancellationToken stop)
    {
        var sync = module["sync"];
        if ($"{module["stage"]}" is not ("Legacy" or "Retired") && sync?["lagSeconds"] is { } lag) Lags.Add((double)lag);
        if (sync?["backfill"] is JsonObject copy && Work.State(copy) == "complete" && (double?)copy["rowsPerSecond"] is > 0)
            Copies[$"{module["name"]} {copy["startedAt"]}"] = ($"{module["name"]}", (long?)copy["rows"] ?? 0, (double)copy["rowsPerSecond"]!);
        // Nothing is compared there: a comparison that was under way when the stage was left has asked a side that no longer has the data.
        var isCompared = $"{module["stage"]}" is not ("Legacy" or "Syncing" or "Retired");
        var differing = new List<(JsonObject Endpoint, long More)>();
        foreach (var endpoint in module["endpoints"]!.AsArray().OfType<JsonObject>())
        {
            var more = MoreMismatches(endpoint);
            if (isCompared && more > 0) differing.Add((endpoint, more));
        }

        if (differing.Count > 0) await ExplainAsync($"{module["name"]}", differing, stop);
    }

    private async Task ExplainAsync(string module, List<(JsonObject Endpoint, long More)> differing, CancellationToken stop)
    {
        var groups = await GroupsAsync(module, stop);
        foreach (var (endpoint, more) in differing)
        {
            var id = $"{endpoint["id"]}";
            var group = groups.FirstOrDefault(g => $"{g!["endpointId"]}" == id);
            var example = group?["example"];
            var what = example is null
                ? "the sides answer differently"
                : $"{example["path"]}: the legacy answers {example["legacy"] ?? "(not there)"}, the service {example["service"] ?? "(not there)"}";
            tally.Differing.Add(new Finding(id, $"{endpoint["match"]}", what), more);
        }
    }

    private async Task<JsonArray> GroupsAsync(string module, CancellationToken stop)
    {
        try
        {
            return (await admin.GetAsync(AdminClient.Module(module, "mismatches"), stop))["groups"]!.AsArray();
        }
        catch (CommandFailure)
        {
            // They are counted all the same, without an example.
            return [];
        }
    }

    // The proxy counts anew with each stage: what was counted before is kept here.
    private long MoreMismatches(JsonObject endpoint)
    {
        var id = $"{endpoint["id"]}";
        var counts = endpoint["counts"]!.AsObject();
        Compared += Grown(_compared, id, counts.Sum(static c => (long?)c.Value ?? 0));
        return Grown(_mismatches, id, AgainstTheService.Sum(name => (long?)counts[name] ?? 0));
    }

    private static long Grown(Dictionary<string, long> known, string id, long now)
    {
        var before = known.GetValueOrDefault(id);
        known[id] = now;
        return now >= before ? now - before : now;
    }
}
