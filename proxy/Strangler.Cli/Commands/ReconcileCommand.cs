using System.CommandLine;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;

namespace Strangler.Cli.Commands;

/// <summary>Compares the data of both sides.</summary>
internal static class ReconcileCommand
{
    public static Command Create()
    {
        var module = new Argument<string>("module") { Description = "The module of the plan." };
        var repair = new Option<bool>("--repair") { Description = "Send what differs again from the owner." };
        var command = new Command("reconcile", """
            Compares a module's data on both sides. Differences that remain make it exit with 1.

            Examples:
              strangler reconcile prices
              strangler reconcile prices --repair
            """) { module, repair };
        command.OnRun(async (parse, io, cancellation) =>
        {
            var name = parse.GetRequiredValue(module);
            using var client = AdminClient.Of(parse);
            var before = $"{(await client.ModuleAsync(name, cancellation))["sync"]?["reconcile"]?["startedAt"]}";
            await client.PostAsync(AdminClient.Module(name, "reconcile"), new { repair = parse.GetValue(repair) }, cancellation);
            var last = await Work.UntilAsync(io, client, name, $"comparing {name}",
                m => Work.State(m["sync"]?["reconcile"]) is "complete" or "failed" && $"{m["sync"]!["reconcile"]!["startedAt"]}" != before, cancellation);
            var reconcile = last["sync"]!["reconcile"]!;
            if (Work.State(reconcile) == "failed") throw new CommandFailure($"The comparison failed: {reconcile["error"]}", document: new { module = name, reconcile });
            var (differences, repaired) = ((long?)reconcile["differences"] ?? 0, (long?)reconcile["repaired"] ?? 0);
            io.Result(new { module = name, reconcile }, () =>
            {
                io.Line($"{name}: {reconcile["rows"]} rows compared, {differences} differences, {repaired} repaired.");
                foreach (var example in reconcile["examples"]?.AsArray() ?? [])
                    io.Line($"  {example!["entity"]} {example["key"]}: {string.Join(", ", example["fields"]?.AsArray().Select(f => $"{f}") ?? [])}");
            });
            return differences > repaired ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }
}
