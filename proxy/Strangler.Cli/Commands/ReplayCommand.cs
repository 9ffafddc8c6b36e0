using System.CommandLine;
using Spectre.Console;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;
using Strangler.Corpus;
using Strangler.Evidence;
using Strangler.Mirroring.Comparison;

namespace Strangler.Cli.Commands;

/// <summary>Asks again what was recorded, and compares.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var directory = new Argument<DirectoryInfo>("directory") { Description = "What 'record' has written." };
        var module = new Option<string>("--module") { Description = "The module that it was recorded of.", HelpName = "MODULE", Required = true };
        var against = new Option<string?>("--against") { Description = "Ask this server, and compare its answers with the recorded ones. Else the proxy asks both sides and compares their answers: that counts at the gate.", HelpName = "URL" };
        var writes = new Option<bool>("--writes") { Description = "Send the writes as well, in their order. They change data: use it against a server that has the data that was recorded from. With --against only." };
        var header = new Option<string[]>("--header") { Description = "Sent with every request, as credentials: none are recorded. \"Name: value\"", HelpName = "HEADER", DefaultValueFactory = static _ => [] };
        var limit = new Option<TimeSpan>("--timeout") { Description = "How long an answer may take.", HelpName = "HH:MM:SS", DefaultValueFactory = static _ => TimeSpan.FromSeconds(30) };
        var plan = PlanOption.Create();
        var command = new Command("replay", """
            Asks what was recorded again and compares by the plan's rules. With --against, the server's answers with the recorded ones: the regression test of old against
            new. Without, the proxy asks both sides, and what it finds fills the count of comparisons of quiet endpoints at the gate, shown apart from live traffic.
            Exits with 1 when anything differs or cannot be asked.

            Examples:
              strangler replay corpus --module prices --against http://127.0.0.1:5201
              strangler replay corpus --module prices
              strangler replay corpus --module prices --against http://127.0.0.1:5100 --header "Cookie: session=..."
            """) { directory, module, against, writes, header, limit, plan };
        command.OnRun(async (parse, io, cancellation) =>
        {
            var (name, from) = (parse.GetRequiredValue(module), parse.GetRequiredValue(directory));
            var exchanges = await ReadAsync(from, cancellation);
            var extra = parse.GetRequiredValue(header).Select(HeaderOf).ToArray();
            var outcomes = new List<ReplayOutcome>();
            if (parse.GetValue(against) is { } address)
            {
                if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) throw new CommandFailure($"'{address}' is no absolute http or https address. Write for example http://127.0.0.1:5100.", ExitCode.WrongUse);
                using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
                var replay = new CorpusReplay(client, PlanOption.Read(parse.GetValue(plan), name), extra, parse.GetValue(limit));
                await EachAsync(io, exchanges, async one => outcomes.Add(await AskAsync(replay, one.Name, one.Exchange, parse.GetValue(writes), cancellation)));
            }
            else
            {
                if (parse.GetValue(writes)) throw new CommandFailure("--writes goes with --against URL: through the proxy, writes are compared as dry runs of live ones.", ExitCode.WrongUse);
                var planned = PlanOption.Read(parse.GetValue(plan), name);
                using var client = AdminClient.Of(parse);
                await EachAsync(io, exchanges, async one => outcomes.Add(await AskAsync(client, planned, one.Name, one.Exchange, extra, cancellation)));
            }

            Show(io, name, from.FullName, outcomes);
            return outcomes.TrueForAll(static o => o.Class is ComparisonClass.Match or ComparisonClass.Noise or ComparisonClass.Lag or ComparisonClass.Unsupported) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static async Task<IReadOnlyList<(string Name, Exchange Exchange)>> ReadAsync(DirectoryInfo directory, CancellationToken cancellation)
    {
        if (!directory.Exists) throw new CommandFailure($"There is no directory {directory.FullName}.", ExitCode.WrongUse);
        try
        {
            var read = await CorpusFolder.ReadAsync(directory.FullName, cancellation);
            return read.Count > 0 ? read : throw new CommandFailure($"There is nothing recorded in {directory.FullName}. 'strangler record' writes there.", ExitCode.WrongUse);
        }
        catch (InvalidDataException error)
        {
            throw new CommandFailure(error.Message, ExitCode.WrongUse);
        }
    }

    private static ExchangeHeader HeaderOf(string line) => line.Split(':', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } name, var value]
        ? new ExchangeHeader(name, value) : throw new CommandFailure($"'{line}' is no header. Write \"Name: value\".", ExitCode.WrongUse);

    private static Task EachAsync(CommandIo io, IReadOnlyList<(string Name, Exchange Exchange)> exchanges, Func<(string Name, Exchange Exchange), Task> ask)
    {
        if (!io.Interactive) return RunAsync(static () => { });
        return io.Terminal.Progress().StartAsync(progress =>
        {
            var task = progress.AddTask("replay", maxValue: exchanges.Count);
            return RunAsync(() => task.Increment(1));
        });

        async Task RunAsync(Action done)
        {
            foreach (var exchange in exchanges)
            {
                await ask(exchange);
                done();
            }
        }
    }

    private static async Task<ReplayOutcome> AskAsync(CorpusReplay replay, string name, Exchange exchange, bool writes, CancellationToken cancellation)
    {
        try
        {
            return await replay.AskAsync(name, exchange, writes, cancellation);
        }
        catch (InvalidDataException error)
        {
            throw new CommandFailure(error.Message, ExitCode.WrongUse);
        }
    }

    private static async Task<ReplayOutcome> AskAsync(AdminClient client, Plan.PlannedModule module, string name, Exchange exchange, IReadOnlyList<ExchangeHeader> extra, CancellationToken cancellation)
    {
        var request = exchange.Request;
        if (module.Endpoints.FirstOrDefault(e => e.Id == exchange.Endpoint) is not { Writes: false } || request.Method is not ("GET" or "HEAD"))
            return new ReplayOutcome(name, exchange.Endpoint, request.Method, request.Target, ComparisonClass.Unsupported, []);
        var headers = request.Headers.Where(h => !extra.Any(e => e.Name.Equals(h.Name, StringComparison.OrdinalIgnoreCase))).Concat(extra).ToArray();
        var asked = await client.PostAsync(AdminClient.Module(module.Name, "replay"), exchange with { Request = request with { Headers = headers } }, cancellation);
        var differences = asked["differences"]!.AsArray().Select(static d => System.Text.Json.JsonSerializer.Deserialize<Difference>(d!.ToJsonString(), Json.Options)!).ToArray();
        return new ReplayOutcome(name, exchange.Endpoint, request.Method, request.Target, Enum.Parse<ComparisonClass>(asked["class"]!.ToString()), differences);
    }

    private static void Show(CommandIo io, string module, string directory, List<ReplayOutcome> outcomes)
    {
        var counts = outcomes.GroupBy(static o => o.Class).ToDictionary(static g => g.Key.ToString(), static g => g.Count());
        var others = outcomes.Where(static o => o.Class is not (ComparisonClass.Match or ComparisonClass.Noise or ComparisonClass.Unsupported)).ToArray();
        io.Result(new { module, directory, asked = outcomes.Count, counts, differing = others }, () =>
        {
            if (others.Length > 0)
            {
                var table = new Table().Border(TableBorder.Simple).AddColumns("file", "request", "came out as", "place", "recorded or legacy", "now or service");
                foreach (var one in others)
                {
                    if (one.Differences.Count == 0) table.AddRow(Cells(one.Name, $"{one.Method} {one.Target}", one.Class.ToString(), "", "", ""));
                    foreach (var d in one.Differences.Take(5)) table.AddRow(Cells(one.Name, $"{one.Method} {one.Target}", one.Class.ToString(), d.Path, d.Legacy ?? "(not there)", d.Service ?? "(not there)"));
                }

                io.Terminal.Write(table);
            }

            io.Line($"{outcomes.Count} recorded: {string.Join(", ", counts.Select(static c => $"{c.Key} {c.Value}"))}.");
            if (counts.ContainsKey(nameof(ComparisonClass.Unsupported))) io.Line("Unsupported: writes, which were not sent.");
        });
    }

    private static string[] Cells(params string[] texts) => [.. texts.Select(Markup.Escape)];
}
