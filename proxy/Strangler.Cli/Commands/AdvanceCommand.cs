using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;
using Strangler.Stages;

namespace Strangler.Cli.Commands;

/// <summary>Moves a module forward.</summary>
internal static class AdvanceCommand
{
    public static Command Create()
    {
        var module = new Argument<string>("module") { Description = "The module of the plan." };
        var to = StageOption.Create("--to", "A later stage: every stage on the way is taken and gated.");
        var percent = new Option<int?>("--percent") { Description = "The share of clients at Canary, 1 to 100. Entering Canary alone begins with 10.", HelpName = "N" };
        var force = new Option<bool>("--force") { Description = "Skip unmet gates, never what keeps data safe. Needs --reason; kept in the audit log for ever." };
        var reason = new Option<string?>("--reason") { Description = "Why, in a sentence.", HelpName = "TEXT" };
        var by = new Option<string?>("--by") { Description = "Who asks, for the evidence that is kept. By default user and host.", HelpName = "NAME" };
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait for the first copy after entering Syncing." };
        var command = new Command("advance", """
            Moves a module one stage forward, and shows every condition with what was measured. When one is unmet, nothing moves and it exits with 3.

            Examples:
              strangler advance prices                          one stage
              strangler advance prices --to Canary --percent 10
              strangler advance prices --percent 100            everybody, still at Canary
              strangler advance prices --to Extracted           step by step
              strangler advance prices --force --reason "no traffic at night"
            """) { module, to, percent, force, reason, by, noWait };
        command.Validators.Add(result =>
        {
            if (result.GetValue(percent) is < 1 or > 100) result.AddError("--percent is from 1 to 100.");
            if (result.GetValue(force) && string.IsNullOrWhiteSpace(result.GetValue(reason))) result.AddError("--force needs --reason TEXT: it is kept in the audit log.");
        });
        command.OnRun(async (parse, io, cancellation) =>
        {
            var name = parse.GetRequiredValue(module);
            using var client = AdminClient.Of(parse);
            var body = new { to = parse.GetValue(to), percent = parse.GetValue(percent), force = parse.GetValue(force), reason = parse.GetValue(reason), by = parse.GetValue(by) ?? $"{Environment.UserName}@{Environment.MachineName}" };
            var call = client.PostAsync(AdminClient.Module(name, "advance"), body, cancellation);
            var done = await Work.DuringAsync(io, client, name, $"advancing {name}", call, cancellation);
            if ($"{done["to"]}" == nameof(Stage.Syncing) && !parse.GetValue(noWait)) await CopiedAsync(io, client, name, cancellation);
            io.Result(done, () =>
            {
                Show(io, done);
                if (done["conditions"]?.AsArray().OfType<JsonObject>().ToArray() is { Length: > 0 } conditions) io.Terminal.Write(ConditionTable.Of(conditions));
            });
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Says what a step has done.</summary>
    public static void Show(CommandIo io, JsonObject done)
    {
        var percent = $"{done["to"]}" == nameof(Stage.Canary) ? $" at {done["percent"]} %" : "";
        var pause = done["pauseMilliseconds"] is { } held ? string.Create(CultureInfo.InvariantCulture, $"; ownership changed hands, writes waited {(double)held:0} ms") : "";
        io.Line($"{done["module"]}: {done["from"]} -> {done["to"]}{percent}, epoch {done["epoch"]}{pause}.");
        foreach (var warning in done["warnings"]?.AsArray() ?? []) io.Problem($"To be done when the side answers: {warning}");
    }

    private static async Task CopiedAsync(CommandIo io, AdminClient client, string module, CancellationToken cancellation)
    {
        var last = await Work.UntilAsync(io, client, module, $"copying {module}", m => $"{m["data"]}" != "synced" || Work.State(m["sync"]?["backfill"]) is not ("running" or "none" or null), cancellation);
        if (Work.State(last["sync"]?["backfill"]) == "failed")
            throw new CommandFailure($"'{module}' is at Syncing, but the first copy failed: {last["sync"]!["backfill"]!["error"]} Start it again with 'strangler backfill {module}'.");
    }
}
