using System.CommandLine;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;

namespace Strangler.Cli.Commands;

/// <summary>Moves a module back.</summary>
internal static class RollbackCommand
{
    public static Command Create()
    {
        var module = new Argument<string>("module") { Description = "The module of the plan." };
        var to = StageOption.Create("--to", "The earlier stage; by default the one before.");
        var reason = new Option<string?>("--reason") { Description = "Why, for the audit log.", HelpName = "TEXT" };
        var command = new Command("rollback", """
            Moves a module back to an earlier stage, without gates and without losing an acknowledged write.

            Examples:
              strangler rollback prices
              strangler rollback prices --to Legacy --reason "quotes look wrong"
            """) { module, to, reason };
        command.OnRun(async (parse, io, cancellation) =>
        {
            var name = parse.GetRequiredValue(module);
            using var client = AdminClient.Of(parse);
            var call = client.PostAsync(AdminClient.Module(name, "rollback"), new { to = parse.GetValue(to), reason = parse.GetValue(reason) }, cancellation);
            var done = await Work.DuringAsync(io, client, name, $"rolling {name} back", call, cancellation);
            io.Result(done, () => AdvanceCommand.Show(io, done));
            return ExitCode.Done;
        });
        return command;
    }
}
