using System.CommandLine;

namespace Strangler.Cli.Running;

/// <summary>Binds a command to its action, and expected failures to messages and exit codes.</summary>
internal static class CommandRunning
{
    /// <summary>Sets what <paramref name="command"/> does. The action returns one of <see cref="ExitCode"/> or throws <see cref="CommandFailure"/>.</summary>
    public static void OnRun(this Command command, Func<ParseResult, CommandIo, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parse, cancellation) =>
        {
            var io = new CommandIo(parse);
            try
            {
                return await action(parse, io, cancellation);
            }
            catch (CommandFailure failure)
            {
                io.Failure(failure.Document);
                io.Problem(failure.Message);
                if (failure.Details is { } details) io.Problem(details);
                return failure.Code;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                io.Failure(new { error = "Interrupted." });
                io.Problem("Interrupted.");
                return ExitCode.Failed;
            }
        });
}
