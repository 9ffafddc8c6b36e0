using System.CommandLine;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;
using Strangler.Stages;

namespace Strangler.Cli.Commands;

/// <summary>Keeps one endpoint back.</summary>
internal static class HoldCommand
{
    public static Command Create()
    {
        var module = new Argument<string>("module") { Description = "The module of the plan." };
        var endpoint = new Argument<string>("endpoint") { Description = "The endpoint's id." };
        var at = StageOption.Create("--at", "The stage at which it stays; by default Legacy.");
        var release = new Option<bool>("--release") { Description = "Let it follow its module again." };
        var command = new Command("hold", """
            Keeps a single reading endpoint at an earlier stage than its module, or lets it go again.

            Examples:
              strangler hold prices prices.quote
              strangler hold prices prices.quote --at Shadow
              strangler hold prices prices.quote --release
            """) { module, endpoint, at, release };
        command.Validators.Add(result =>
        {
            if (result.GetValue(release) && result.GetValue(at) is not null) result.AddError("Use one of --at and --release.");
        });
        command.OnRun(async (parse, io, cancellation) =>
        {
            using var client = AdminClient.Of(parse);
            var stage = parse.GetValue(release) ? null : parse.GetValue(at) ?? nameof(Stage.Legacy);
            var body = new { endpoint = parse.GetRequiredValue(endpoint), stage };
            var done = await client.PostAsync(AdminClient.Module(parse.GetRequiredValue(module), "hold"), body, cancellation);
            io.Result(done, () => io.Line($"{done["endpoint"]} is at {done["stage"]}{(stage is null ? ", with its module" : $", held at {stage}")}."));
            return ExitCode.Done;
        });
        return command;
    }
}
