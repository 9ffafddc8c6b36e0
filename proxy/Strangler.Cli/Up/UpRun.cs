using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>One run of <c>up</c> on a terminal: start everything, say where it is, run until stopped, stop everything.</summary>
internal sealed class UpRun(UpRequest request, CommandIo io)
{
    private readonly long _began = TimeProvider.System.GetTimestamp();

    public async Task<int> RunAsync(string from, CancellationToken cancellation)
    {
        using var hangup = new Hangup(cancellation);
        await using var system = await UpSystem.StartAsync(request, from, Step, request.Verbose ? io.Line : null, hangup.Token);
        system.TakeCommands();
        var command = OwnCommand.For(system.Layout, from);
        var took = TimeProvider.System.GetElapsedTime(_began);
        io.Result(UpReport.Document(system), () => UpReport.Write(io.Terminal, system, command, took));
        await system.RunAsync(death => Died(death, command), hangup.Token);
        io.Line("Stopping...");
        return ExitCode.Done;
    }

    private void Died(ProcessDeath death, OwnCommand command)
    {
        io.Line(death.Message);
        io.Line($"The rest goes on. Start it again with: {command.Line($"start {death.Process.Name}")}");
    }

    private void Step(string name, string detail) =>
        io.Line($"{TimeProvider.System.GetElapsedTime(_began).TotalSeconds,5:0.0} s  {name,-6} {detail}");
}
