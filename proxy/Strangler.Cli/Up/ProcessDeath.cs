using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>A process that ended without being asked to.</summary>
internal sealed record ProcessDeath(ChildProcess Process, int ExitCode)
{
    /// <summary>Its exit code, its last lines and where the rest of its output is.</summary>
    public string Message
    {
        get
        {
            var lines = Process.LastLines();
            var said = lines.Count == 0 ? "It printed nothing." : $"Its last lines:\n{string.Join('\n', lines.Select(static l => "  " + l))}";
            return $"'{Process.Name}' ended with exit code {ExitCode}. {said}\nAll of its output: {Process.LogFile}";
        }
    }

    public CommandFailure Failure() => new(Message, document: new
    {
        error = $"'{Process.Name}' ended with exit code {ExitCode}.",
        process = Process.Name,
        ExitCode,
        lastLines = Process.LastLines(),
        log = Process.LogFile,
    });
}
