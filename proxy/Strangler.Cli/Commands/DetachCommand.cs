using System.CommandLine;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;

namespace Strangler.Cli.Commands;

/// <summary>Takes the legacy's other modules off the module's tables.</summary>
internal static class DetachCommand
{
    public static Command Create()
    {
        var module = new Argument<string>("module") { Description = "The module of the plan." };
        var undo = new Option<bool>("--undo") { Description = "Let them read the tables again." };
        var command = new Command("detach", """
            Makes the legacy's other modules ask the service instead of reading the module's tables. Needed before Retired.

            Examples:
              strangler detach prices
              strangler detach prices --undo
            """) { module, undo };
        command.OnRun(async (parse, io, cancellation) =>
        {
            var name = parse.GetRequiredValue(module);
            using var client = AdminClient.Of(parse);
            var done = await client.PostAsync(AdminClient.Module(name, "detach"), new { detached = !parse.GetValue(undo) }, cancellation);
            io.Result(done, () => io.Line((bool?)done["detached"] == true ? $"{name}: the legacy's other modules ask the service now." : $"{name}: the legacy's other modules read its tables again."));
            return ExitCode.Done;
        });
        return command;
    }
}
