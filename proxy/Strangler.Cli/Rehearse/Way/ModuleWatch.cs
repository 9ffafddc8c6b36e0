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
            foreach (var module in status["modules"]!.AsArray().OfType<JsonObject>()) Take(module);
            _last = status;
        }
        catch (CommandFailure)
        {
            // The proxy answers again, or the steps fail and say so.
        }
    }

    private void Take(JsonObject module)
    {
        var sync = module["sync"];
        if ($"{module["stage"]}" is not ("Legacy" or "Retired") && sync?["lagSeconds"] is { } lag) Lags.Add((double)lag);
        if (sync?["backfill"] is JsonObject copy && Work.State(copy) == "complete" && (double?)copy["rowsPerSecond"] is > 0)
            Copies[$"{module["name"]} {copy["startedAt"]}"] = ($"{module["name"]}", (long?)copy["rows"] ?? 0, (double)copy["rowsPerSecond"]!);
        foreach (var endpoint in module["endpoints"]!.AsArray().OfType<JsonObject>()) TakeComparisons(endpoint);
    }

    // The proxy counts anew with each stage: what was counted before is kept here.
    private void TakeComparisons(JsonObject endpoint)
    {
        var id = $"{endpoint["id"]}";
        var counts = endpoint["counts"]!.AsObject();
        Compared += Grown(_compared, id, counts.Sum(static c => (long?)c.Value ?? 0));
        var more = Grown(_mismatches, id, AgainstTheService.Sum(name => (long?)counts[name] ?? 0));
        if (more > 0) tally.Differing.Add(new Finding(id, $"{endpoint["match"]}", "the comparer found that the service answers differently"), more);
    }

    private static long Grown(Dictionary<string, long> known, string id, long now)
    {
        var before = known.GetValueOrDefault(id);
        known[id] = now;
        return now >= before ? now - before : now;
    }
}
