using System.CommandLine;
using System.Globalization;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;
using Strangler.Stages;

namespace Strangler.Cli.Commands;

/// <summary>Waits until a module is where a script needs it.</summary>
internal static class WaitCommand
{
    private const string Synced = "synced";
    private const string Ready = "ready";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly string[] Goals = [Synced, Ready, .. Enum.GetNames<Stage>()];

    public static Command Create()
    {
        var module = new Argument<string>("module") { Description = "The module of the plan." };
        var goal = new Option<string>("--for")
        {
            Description = "synced: every change made before this call has arrived at the other side. ready: no condition of the next step is unmet. "
                + "A stage: the module is there, and no switch is under way.",
            HelpName = "synced|ready|STAGE",
            DefaultValueFactory = static _ => Synced,
        };
        goal.CompletionSources.Add(Goals);
        var timeout = new Option<TimeSpan>("--timeout") { Description = "How long at most.", HelpName = "HH:MM:SS", DefaultValueFactory = static _ => TimeSpan.FromMinutes(1) };
        var command = new Command("wait", """
            Waits until a module is synced, ready for its next step, or at a stage. Exits with 1 on time-out, and says what is missing.

            Examples:
              strangler wait prices
              strangler wait prices --for ready --timeout 00:05:00
              strangler wait prices --for Extracted
            """) { module, goal, timeout };
        command.OnRun(async (parse, io, cancellation) =>
        {
            var name = parse.GetRequiredValue(module);
            var given = parse.GetRequiredValue(goal);
            var wanted = Goals.FirstOrDefault(g => g.Equals(given, StringComparison.OrdinalIgnoreCase))
                ?? throw new CommandFailure($"There is nothing to wait for called '{given}'. Use one of {string.Join(", ", Goals)}.", ExitCode.WrongUse);
            if (parse.GetValue(timeout) <= TimeSpan.Zero) throw new CommandFailure("--timeout must be longer than nothing, as HH:MM:SS.", ExitCode.WrongUse);
            using var client = AdminClient.Of(parse);
            var seconds = await UntilAsync(client, name, wanted, parse.GetValue(timeout), cancellation);
            io.Result(
                new { module = name, @for = wanted, met = true, seconds = Math.Round(seconds, 2) },
                () => io.Line(string.Create(CultureInfo.InvariantCulture, $"{name}: {Reached(wanted)}, after {seconds:0.0} s.")));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<double> UntilAsync(AdminClient client, string module, string goal, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            // Taken before the question: a change that is younger than this was made after the call.
            var elapsed = TimeProvider.System.GetElapsedTime(began);
            var status = await client.ModuleAsync(module, cancellationToken);
            var missing = goal switch
            {
                Synced => WaitGoals.MissingForSynced(status, elapsed),
                Ready => WaitGoals.MissingForReady(status),
                _ => WaitGoals.MissingForStage(status, goal),
            };
            if (missing.Count == 0) return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            if (TimeProvider.System.GetElapsedTime(began) > timeout)
            {
                throw new CommandFailure(
                    $"{module} is not {(goal is Synced or Ready ? goal : $"at {goal}")} after {timeout:c}. Missing:{string.Concat(missing.Select(static m => "\n  " + m))}",
                    document: new { module, @for = goal, met = false, missing });
            }

            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }
    }

    private static string Reached(string goal) => goal switch
    {
        Synced => "every change made before this call has arrived at the other side",
        Ready => "no condition of the next step is unmet",
        _ => $"at {goal}",
    };
}
