using System.Globalization;
using System.Text.Json.Nodes;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;
using Strangler.Stages;

namespace Strangler.Cli.Commands;

/// <summary>What a module's status still lacks, as sentences; nothing when the goal is reached.</summary>
internal static class WaitGoals
{
    /// <param name="module">The module's status.</param>
    /// <param name="since">How long before this status the wait began.</param>
    /// <exception cref="CommandFailure">Nothing flows at this stage, so waiting has no end.</exception>
    public static IReadOnlyList<string> MissingForSynced(JsonNode module, TimeSpan since)
    {
        if ($"{module["data"]}" != "synced" || $"{module["stage"]}" == nameof(Stage.Retired)) return Switching(module);
        if ($"{module["stage"]}" == nameof(Stage.Legacy) && (bool?)module["switching"] != true)
            throw new CommandFailure($"{module["name"]} is at Legacy, where no changes flow to the service. Advance it first: strangler advance {module["name"]}");

        var sync = module["sync"]!;
        var missing = new List<string>(Switching(module));
        var copied = Work.State(sync["backfill"]) is "complete" || $"{module["stage"]}" != nameof(Stage.Syncing);
        if (!copied || Work.State(sync["backfill"]) is "running" or "failed")
            missing.Add($"the first copy is {Work.State(sync["backfill"])}: {sync["backfill"]!["rows"]} of {sync["backfill"]!["total"]} rows.");
        if ((long?)sync["parked"] is > 0 and var parked)
            missing.Add($"{parked} changes are parked. See 'strangler parked list {module["name"]}'.");
        if ((long?)sync["pending"] is not { } pending || (double?)sync["lagSeconds"] is not { } lag)
            missing.Add($"the {module["owner"]} side does not say how many changes are under way: is it running?");
        else if (pending > 0 && lag >= since.TotalSeconds)
            missing.Add(string.Create(CultureInfo.InvariantCulture, $"{pending} changes are under way, the oldest since {lag:0.0} s."));
        return missing;
    }

    /// <exception cref="CommandFailure">There is no next step.</exception>
    public static IReadOnlyList<string> MissingForReady(JsonNode module)
    {
        if (module["next"] is null) throw new CommandFailure($"{module["name"]} is at {module["stage"]}, which has no next step.");
        return [.. Switching(module), .. module["unmet"]!.AsArray().Select(static unmet => $"{unmet}")];
    }

    public static IReadOnlyList<string> MissingForStage(JsonNode module, string stage)
    {
        if ($"{module["stage"]}" != stage) return [$"it is at {module["stage"]}.", .. Switching(module)];
        return Switching(module);
    }

    private static string[] Switching(JsonNode module) => (bool?)module["switching"] == true ? ["a switch of the ownership is under way."] : [];
}
