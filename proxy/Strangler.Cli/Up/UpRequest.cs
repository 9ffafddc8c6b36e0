using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>What the user asked for on the command line.</summary>
internal sealed record UpRequest(
    string? File, string? Plan, string? Data, int Port, int AdminPort, string? Database, string? Connection, bool NoBuild, string Configuration, bool Verbose)
{
    /// <summary>Where the ports go that are described.</summary>
    public PortMap Ports { get; init; } = PortMap.AsDescribed;

    /// <summary>Refuses what cannot be meant, before anything has been touched.</summary>
    public void Check()
    {
        if (Database is not (null or "sqlite" or "postgresql" or "sqlserver"))
            throw new CommandFailure($"--database {Database}: no such kind. Use sqlite, postgresql or sqlserver.", ExitCode.WrongUse);
        if (Database is "postgresql" or "sqlserver" && string.IsNullOrWhiteSpace(Connection))
            throw new CommandFailure($"--database {Database} needs --connection: the server, and a login that may create databases.", ExitCode.WrongUse);
        if (Database is null or "sqlite" && Connection is not null)
            throw new CommandFailure("--connection belongs to --database postgresql or sqlserver; embedded databases are files in the data directory.", ExitCode.WrongUse);
        CheckPort("--port", Port, Ports.PortOf(PortMap.Public, Port));
        CheckPort("--admin-port", AdminPort, Ports.PortOf(PortMap.Admin, AdminPort));
        if (Port == AdminPort)
            throw new CommandFailure($"--port and --admin-port are both {Port}. Give the admin listener a port of its own.", ExitCode.WrongUse);
        if (Configuration.Length == 0 || Configuration.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()))
            throw new CommandFailure($"--configuration '{Configuration}' is no build configuration. Use Debug or Release.", ExitCode.WrongUse);
    }

    private static void CheckPort(string option, int port, int moved)
    {
        if (port is < 1 or > 65535) throw new CommandFailure($"{option} {port} is no port. Use a number from 1 to 65535.", ExitCode.WrongUse);
        if (moved is < 1 or > 65535)
            throw new CommandFailure($"{option} {port} with --port-offset is {moved}, which is no port. Choose another offset.", ExitCode.WrongUse);
    }
}
