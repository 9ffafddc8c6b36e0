using System.Globalization;
using System.Text.Json.Nodes;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;
using Strangler.Stages;

namespace Strangler.Cli.Rehearse.Way;

/// <summary>Takes the steps of one module through the admin API, as an operator would: never forced, and again when a gate is still shut.</summary>
internal sealed class ModuleSteps(AdminClient admin, ModuleWatch watch, StageTimes times, string module, Action<string> say)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);

    private string _stage = nameof(Stage.Legacy);

    public async Task AdvanceAsync(Stage to, int? percent, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        var (seen, seenAt) = ("", began);
        while (true)
        {
            StopIfJudged(to);
            var asked = TimeProvider.System.GetTimestamp();
            try
            {
                var body = new { to = to.ToString(), percent, by = "rehearse" };
                Done(await admin.PostAsync(AdminClient.Module(module, "advance"), body, cancellationToken), asked);
                return;
            }
            catch (CommandFailure failure) when (failure.Code == ExitCode.Refused)
            {
                var unmet = UnmetOf(failure);
                var isHopeless = unmet.TrueForAll(static c => $"{c["name"]}".StartsWith("match rate", StringComparison.Ordinal)) && HasMismatches();
                var text = TextOf(unmet);
                if (text != seen) (seen, seenAt) = (text, TimeProvider.System.GetTimestamp());
                var isStuck = TimeProvider.System.GetElapsedTime(seenAt) > Patience || TimeProvider.System.GetElapsedTime(began) > LongestWait;
                if (isHopeless || isStuck) throw Refused(to, unmet);
            }
            catch (CommandFailure failure) when (failure.Code == ExitCode.Failed && TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                // A side that was just killed, or a switch that was taken back because changes were under way: try again.
                say($"{module}: not yet: {failure.Message}");
            }

            await Task.Delay(BetweenTries, TimeProvider.System, cancellationToken);
        }
    }

    public async Task RollbackAsync(Stage to, string reason, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var asked = TimeProvider.System.GetTimestamp();
            try
            {
                Done(await admin.PostAsync(AdminClient.Module(module, "rollback"), new { to = to.ToString(), reason }, cancellationToken), asked);
                return;
            }
            catch (CommandFailure failure) when (TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                say($"{module}: not yet: {failure.Message}");
            }

            await Task.Delay(BetweenTries, TimeProvider.System, cancellationToken);
        }
    }

    public Task DetachAsync(CancellationToken cancellationToken) =>
        admin.PostAsync(AdminClient.Module(module, "detach"), new { detached = true }, cancellationToken);

    /// <summary>Waits until what was written has arrived at the other side.</summary>
    public async Task DrainedAsync(CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var pending = (await admin.ModuleAsync(module, cancellationToken))["sync"]?["pending"];
            if (pending is not null && (long)pending == 0) return;
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new RehearsalStopped(module, "", $"after {Patience.TotalSeconds:0} s without writes, {pending?.ToString() ?? "an unknown number of"} changes have still not arrived at the other side", []);
            await Task.Delay(BetweenTries, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Stops the rehearsal when the judge has taken the reads back.</summary>
    public void StopIfJudged(Stage next)
    {
        if (watch.Last(module)?["judged"] is not JsonObject judged || next <= Stage.Shadow) return;
        throw new RehearsalStopped(module, nameof(Stage.Canary), $"the judge took the reads back: {judged["reason"]}", []);
    }

    private void Done(JsonObject done, long asked)
    {
        var (from, to) = (_stage, $"{done["to"]}");
        var stage = to == nameof(Stage.Canary) ? $"{to} {done["percent"]} %" : to;
        var held = (double?)done["pauseMilliseconds"];
        if (held is not null) times.Switched(module, $"{from} -> {stage}", asked, held);
        times.Enter(module, stage);
        _stage = stage;
        say(string.Create(CultureInfo.InvariantCulture, $"{module}: {from} -> {stage}{(held is null ? "" : $", owner changed, writes held {held:0} ms")}"));
        foreach (var warning in done["warnings"]?.AsArray() ?? []) say($"{module}: {warning}");
    }

    private bool HasMismatches() => watch.Last(module)?["endpoints"]?.AsArray().Any(static e => (long?)e!["counts"]?["Mismatch"] > 0) == true;

    private static List<JsonObject> UnmetOf(CommandFailure failure) =>
        [.. ((failure.Document as JsonObject)?["conditions"]?.AsArray() ?? []).OfType<JsonObject>().Where(static c => !(bool)c["met"]!)];

    private RehearsalStopped Refused(Stage to, List<JsonObject> unmet)
    {
        return new RehearsalStopped(module, to.ToString(), $"the step to {to} is refused: {TextOf(unmet)}", unmet);
    }

    private static string TextOf(List<JsonObject> unmet) =>
        string.Join("; ", unmet.Select(static c => $"{c["name"]}: {c["measured"]}, required {c["required"]}"));
}
