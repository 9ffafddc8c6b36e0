using System.CommandLine;
using System.Globalization;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>Starts everything that the repository's <c>.strangler/up.json</c> names.</summary>
internal static class UpCommand
{
    private static readonly Option<string?> File = new("--file") { HelpName = "FILE", Description = "What to start. Default: .strangler/up.json here or in a directory above." };
    private static readonly Option<string?> Plan = new("--plan") { HelpName = "FILE", Description = "The plan that the proxy follows. Default: plan.json beside the file of --file." };
    private static readonly Option<int> Port = new("--port") { HelpName = "N", Description = "Port of the public listener.", DefaultValueFactory = static _ => 8080 };
    private static readonly Option<int> AdminPort = new("--admin-port") { HelpName = "N", Description = "Port of the admin listener, loopback only.", DefaultValueFactory = static _ => 8081 };
    private static readonly Option<int?> PortOffset = new("--port-offset") { HelpName = "N", Description = "Added to every port, of the listeners and of the processes; the plan's addresses follow. Default: STRANGLER_PORT_OFFSET, else 0." };
    private static readonly Option<string?> Database = new("--database") { HelpName = "KIND", Description = "sqlite (embedded, in the data directory), postgresql or sqlserver. Default: what the data directory has, else sqlite." };
    private static readonly Option<string?> Connection = new("--connection") { HelpName = "TEXT", Description = "The server for postgresql or sqlserver. Databases are named PREFIX_PROCESS; the prefix is the database named here, else strangler." };
    private static readonly Option<bool> NoBuild = new("--no-build") { Description = "Start what has been built before." };
    private static readonly Option<string> Configuration = new("--configuration", "-c") { HelpName = "NAME", Description = "Build configuration.", DefaultValueFactory = static _ => "Debug" };
    private static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "Show what the processes print; it is always in the data directory's logs." };

    public static Command Create()
    {
        var command = new Command("up", "Builds and starts the legacy, the services and the proxy, and stops them on Ctrl-C.")
        {
            File, Plan, Port, AdminPort, PortOffset, Database, Connection, NoBuild, Configuration, Verbose,
        };
        command.OnRun((parse, io, cancellation) =>
        {
            var request = new UpRequest(
                parse.GetValue(File), parse.GetValue(Plan), DataOption.Given(parse), parse.GetValue(Port), parse.GetValue(AdminPort),
                parse.GetValue(Database)?.ToLowerInvariant(), parse.GetValue(Connection), parse.GetValue(NoBuild), parse.GetValue(Configuration)!, parse.GetValue(Verbose))
            {
                Ports = PortMap.Offset(OffsetOf(parse)),
            };
            request.Check();
            return new UpRun(request, io).RunAsync(Directory.GetCurrentDirectory(), cancellation);
        });
        return command;
    }

    private static int OffsetOf(ParseResult parse)
    {
        if (parse.GetValue(PortOffset) is { } given) return given;
        var variable = Environment.GetEnvironmentVariable("STRANGLER_PORT_OFFSET");
        if (string.IsNullOrWhiteSpace(variable)) return 0;
        return int.TryParse(variable, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : throw new CommandFailure($"STRANGLER_PORT_OFFSET is '{variable}', which is no number. Set it to a number, or unset it.", ExitCode.WrongUse);
    }
}
