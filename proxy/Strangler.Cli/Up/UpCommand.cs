using System.CommandLine;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>Starts everything that the repository's <c>.strangler/up.json</c> names.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var command = new Command("up", "Starts the monolith, the services and the proxy.");
        command.OnRun((_, _, _) => throw new CommandFailure("Not there yet."));
        return command;
    }
}
