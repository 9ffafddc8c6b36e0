using Strangler.Cli.Running;
using Strangler.Corpus;
using Strangler.Mirroring.Comparison;
using Strangler.Plan;

namespace Strangler.Cli.Rehearse.Load;

/// <summary>Makes a load of what <c>record</c> has written: its reads are asked all the time, its writes once and in their order.</summary>
internal static class CorpusLoad
{
    private const double ReadsPerSecond = 100;

    // A validator belongs to the data that it was given for, and the scratch system has other data.
    private static readonly string[] Left = ["Host", "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range", "Accept-Encoding"];

    public static async Task<PreparedLoad> ReadAsync(
        string directory, PlanSnapshot plan, IReadOnlyList<ExchangeHeader> headers, bool writes, CancellationToken cancellationToken)
    {
        var exchanges = await ReadAsync(directory, cancellationToken);
        var planned = plan.Modules.Values.SelectMany(static m => m.Endpoints.Select(e => (Module: m, Endpoint: e))).ToDictionary(static p => p.Endpoint.Id, StringComparer.Ordinal);
        var unknown = exchanges.Where(e => !planned.ContainsKey(e.Exchange.Endpoint)).Select(static e => $"{e.Name} ({e.Exchange.Endpoint})").ToList();
        if (unknown.Count > 0)
            throw new CommandFailure($"The plan has no endpoint for {string.Join(", ", unknown.Take(5))}. Record again, or name the plan that the corpus was recorded with: --plan FILE.", ExitCode.WrongUse);

        var reads = exchanges.Where(e => IsRead(e.Exchange, planned[e.Exchange.Endpoint].Endpoint)).ToList();
        var sent = writes ? exchanges.Where(e => planned[e.Exchange.Endpoint].Endpoint.Writes).ToList() : [];
        var kinds = planned.Keys.Index().ToDictionary(static k => k.Item, static k => k.Index, StringComparer.Ordinal);
        var prepared = reads.Select(e =>
        {
            var (module, endpoint) = planned[e.Exchange.Endpoint];
            var request = e.Exchange.Request;
            // With writes on, nobody knows which answers they change.
            var read = new LoadRead(request.Method, request.Target, null, Changes: writes, Sent(request, headers), null);
            return new PreparedRead(endpoint.Id, kinds[endpoint.Id], module.RulesOf(endpoint), read);
        });
        return new PreparedLoad(
            $"corpus of {exchanges.Count} exchanges",
            new LoadDescription(1, ReadsPerSecond, Math.Max(1, sent.Count / 30.0), headers, [], []),
            [.. prepared],
            [.. sent.Select(e => new RecordedWrite(e.Exchange.Endpoint, e.Exchange.Request with { Headers = Sent(e.Exchange.Request, headers) }, e.Exchange.Answer.Status))],
            new Dictionary<object, string>(),
            reads.Concat(sent).Select(static e => e.Exchange.Endpoint).ToHashSet(StringComparer.Ordinal));
    }

    private static async Task<IReadOnlyList<(string Name, Exchange Exchange)>> ReadAsync(string directory, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(directory)) throw new CommandFailure($"There is no directory {directory}.", ExitCode.WrongUse);
        try
        {
            var read = await CorpusFolder.ReadAsync(directory, cancellationToken);
            return read.Count > 0 ? read : throw new CommandFailure($"Nothing has been recorded in {directory}. 'strangler record' writes there.", ExitCode.WrongUse);
        }
        catch (InvalidDataException error)
        {
            throw new CommandFailure(error.Message, ExitCode.WrongUse);
        }
    }

    private static bool IsRead(Exchange exchange, PlannedEndpoint endpoint) => !endpoint.Writes && exchange.Request.Method is "GET" or "HEAD";

    private static List<ExchangeHeader> Sent(ExchangeRequest request, IReadOnlyList<ExchangeHeader> given) =>
    [
        .. request.Headers.Where(h =>
            !Left.Contains(h.Name, StringComparer.OrdinalIgnoreCase)
            && !h.Value.Contains(Redaction.Text, StringComparison.Ordinal)
            && !given.Any(g => g.Name.Equals(h.Name, StringComparison.OrdinalIgnoreCase))),
    ];
}
