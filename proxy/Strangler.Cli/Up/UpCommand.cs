using System.CommandLine;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>Starts everything that the repository's <c>.strangler/up.json</c> names.</summary>
internal static class UpCommand
{
    private static readonly Option<string?> File = new("--file") { HelpName = "FILE", Description = "What to start. Default: .strangler/up.json here or in a directory above." };
    private static readonly Option<string?> Plan = new("--plan") { HelpName = "FILE", Description = "The plan that the proxy follows. Default: plan.json beside the file of --file." };
    private static readonly Option<string?> Data = new("--data") { HelpName = "DIR", Description = "Databases, keys, logs and stages. Default: .data beside .strangler." };
    private static readonly Option<int> Port = new("--port") { HelpName = "N", Description = "Port of the public listener.", DefaultValueFactory = static _ => 8080 };
    private static readonly Option<int> AdminPort = new("--admin-port") { HelpName = "N", Description = "Port of the admin listener, loopback only.", DefaultValueFactory = static _ => 8081 };
    private static readonly Option<string?> Database = new("--database") { HelpName = "KIND", Description = "sqlite (embedded, in the data directory), postgresql or sqlserver. Default: what the data directory has, else sqlite." };
    private static readonly Option<string?> Connection = new("--connection") { HelpName = "TEXT", Description = "The server for postgresql or sqlserver. Databases are named PREFIX_PROCESS; the prefix is the database named here, else strangler." };
    private static readonly Option<bool> NoBuild = new("--no-build") { Description = "Start what has been built before." };
    private static readonly Option<string> Configuration = new("--configuration", "-c") { HelpName = "NAME", Description = "Build configuration.", DefaultValueFactory = static _ => "Debug" };
    private static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "Show what the processes print; it is always in the data directory's logs." };

    public static Command Create()
    {
        var command = new Command("up", "Builds and starts the legacy, the services and the proxy, and stops them on Ctrl-C.")
        {
            File, Plan, Data, Port, AdminPort, Database, Connection, NoBuild, Configuration, Verbose,
        };
        command.OnRun((parse, io, cancellation) =>
        {
            var request = new UpRequest(
                parse.GetValue(File), parse.GetValue(Plan), parse.GetValue(Data), parse.GetValue(Port), parse.GetValue(AdminPort),
                parse.GetValue(Database)?.ToLowerInvariant(), parse.GetValue(Connection), parse.GetValue(NoBuild), parse.GetValue(Configuration)!, parse.GetValue(Verbose));
            request.Check();
            return new UpRun(request, io).RunAsync(Directory.GetCurrentDirectory(), cancellation);
        });
        return command;
    }
}
