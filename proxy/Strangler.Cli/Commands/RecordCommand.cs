using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;
using Strangler.Corpus;

namespace Strangler.Cli.Commands;

/// <summary>Keeps real requests and their answers as files.</summary>
internal static class RecordCommand
{
    public static Command Create()
    {
        var module = new Argument<string>("module") { Description = "The module of the plan." };
        var directory = new Option<string>("--out") { Description = "The directory for the files, which are added to those that are there.", HelpName = "DIR", Required = true };
        var most = new Option<int>("--most") { Description = "End after so many.", HelpName = "N", DefaultValueFactory = static _ => 1000 };
        var each = new Option<int>("--each") { Description = "Keep at most so many of one endpoint and status.", HelpName = "N", DefaultValueFactory = static _ => 20 };
        var duration = new Option<TimeSpan?>("--for") { Description = "End after so long; else with Ctrl-C.", HelpName = "HH:MM:SS" };
        var har = new Option<FileInfo?>("--har") { Description = "Import from an HTTP archive (HAR) that a browser has saved, instead of listening.", HelpName = "FILE" };
        var plan = PlanOption.Create();
        var command = new Command("record", """
            Keeps what clients ask the module's endpoints and what they are answered, one JSON file each, for 'replay'. It listens at the proxy that --admin names.
            Credentials, cookies' values, passwords and antiforgery tokens are never kept, nor what the plan redacts by header or path. Read the files before you share
            them all the same: what else is private only you can know.

            Examples:
              strangler record prices --out corpus --for 00:05:00
              strangler record prices --out corpus --har session.har
            """) { module, directory, most, each, duration, har, plan };
        command.OnRun(async (parse, io, cancellation) =>
        {
            var name = parse.GetRequiredValue(module);
            var target = Path.GetFullPath(parse.GetRequiredValue(directory));
            var folder = new Keeping(target, Math.Max(1, parse.GetValue(most)), Math.Max(1, parse.GetValue(each)), io);
            if (parse.GetValue(har) is { } file)
            {
                if (!file.Exists) throw new CommandFailure($"There is no file {file.FullName}.", ExitCode.WrongUse);
                var import = await ImportAsync(file.FullName, PlanOption.Read(parse.GetValue(plan), name), cancellation);
                foreach (var exchange in import.Exchanges) await folder.KeepAsync(exchange, cancellation);
                io.Result(new { module = name, directory = target, kept = folder.Kept, passedOver = folder.PassedOver, otherEntries = import.Others, dropped = import.Dropped },
                    () => io.Line($"{folder.Kept} kept in {target}; {folder.PassedOver} more of the same, {import.Others} of no endpoint of {name}, {import.Dropped} that cannot be kept."));
                return ExitCode.Done;
            }

            using var client = AdminClient.Of(parse);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (parse.GetValue(duration) is { } time) end.CancelAfter(time);
            io.Line($"Recording {name}. {(parse.GetValue(duration) is null ? "Ctrl-C ends it." : "")}");
            var dropped = await ListenAsync(client, name, folder, end);
            io.Result(new { module = name, directory = target, kept = folder.Kept, passedOver = folder.PassedOver, dropped }, () => io.Line($"{folder.Kept} kept in {target}; {folder.PassedOver} more of the same, {dropped} that cannot be kept."));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<HarImport> ImportAsync(string file, Plan.PlannedModule module, CancellationToken cancellation)
    {
        try
        {
            return await HarFile.ReadAsync(file, module, cancellation);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(error.Message, ExitCode.WrongUse);
        }
    }

    /// <returns>How many exchanges the proxy could not hand over.</returns>
    private static async Task<long> ListenAsync(AdminClient client, string module, Keeping folder, CancellationTokenSource end)
    {
        var dropped = 0L;
        try
        {
            await foreach (var line in client.LinesAsync(AdminClient.Module(module, "record"), end.Token))
            {
                var said = JsonNode.Parse(line)!;
                dropped = (long)said["dropped"]!;
                if (said["exchange"] is { } exchange) await folder.KeepAsync(Exchange.Of(exchange.ToJsonString()), CancellationToken.None);
                if (folder.IsFull) break;
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // How a recording is ended.
        }
        catch (JsonException error)
        {
            throw new CommandFailure($"The proxy has sent what is no exchange: {error.Message} Are the proxy and this command of one version?");
        }

        return dropped;
    }

    private sealed class Keeping(string directory, int most, int each, CommandIo io)
    {
        private readonly Dictionary<(string Endpoint, int Status), int> _seen = [];
        private int _next = CorpusFolder.Next(directory);

        public int Kept { get; private set; }

        public int PassedOver { get; private set; }

        public bool IsFull => Kept >= most;

        public async Task KeepAsync(Exchange exchange, CancellationToken cancellation)
        {
            var seen = _seen.GetValueOrDefault((exchange.Endpoint, exchange.Answer.Status));
            if (seen >= each || IsFull)
            {
                PassedOver++;
                return;
            }

            try
            {
                var path = await CorpusFolder.WriteAsync(directory, _next++, exchange, cancellation);
                io.Line(Path.GetFileName(path));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new CommandFailure($"The exchange could not be written to {directory}: {error.Message} Name a directory that you may write to.");
            }

            _seen[(exchange.Endpoint, exchange.Answer.Status)] = seen + 1;
            Kept++;
        }
    }
}
