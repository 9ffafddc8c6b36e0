using Microsoft.AspNetCore.Http;
using Strangler.Evidence;
using Strangler.Forwarding;
using Strangler.Mirroring;
using Strangler.Mirroring.Comparison;
using Strangler.Plan;

namespace Strangler.Corpus;

/// <summary>How one recorded exchange came out.</summary>
/// <param name="Name">Its file.</param>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Class"><c>Match</c>, <c>Noise</c>, <c>Mismatch</c>, <c>CandidateFailed</c>, <c>TimedOut</c>, <c>TooLarge</c>, or <c>Unsupported</c> for a write that was not asked for.</param>
/// <param name="Differences">Where the recorded answer and the one given now differ; the legacy's is the recorded one.</param>
internal sealed record ReplayOutcome(string Name, string Endpoint, string Method, string Target, ComparisonClass Class, IReadOnlyList<Difference> Differences);

/// <summary>Asks one server what was recorded and compares its answers with the recorded ones, by the rules of the plan. What it differs in from itself is left out.</summary>
/// <param name="client">Its base address is the server. It follows no redirects and keeps no cookies.</param>
/// <param name="module">The module.</param>
/// <param name="extra">Headers to send with every request in place of those that are redacted, as credentials.</param>
/// <param name="limit">How long an answer may take.</param>
internal sealed class CorpusReplay(HttpClient client, PlannedModule module, IReadOnlyList<ExchangeHeader> extra, TimeSpan limit)
{
    private const int LargestBody = 16 * 1024 * 1024;

    public async Task<ReplayOutcome> AskAsync(string name, Exchange exchange, bool writes, CancellationToken cancellation)
    {
        var request = exchange.Request;
        var endpoint = module.Endpoints.FirstOrDefault(e => e.Id == exchange.Endpoint)
            ?? throw new InvalidDataException($"{name}: the plan's module '{module.Name}' has no endpoint '{exchange.Endpoint}'. It has: {string.Join(", ", module.Endpoints.Select(static e => e.Id))}.");
        var reads = !endpoint.Writes && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method));
        if (!reads && !writes) return Outcome(ComparisonClass.Unsupported);

        var book = RuleBook.Of(module.RulesOf(endpoint));
        var (answer, failure) = await TryAsync(request, book, cancellation);
        if (answer is null) return Outcome(failure);
        var recorded = exchange.Answer.ToMirrorAnswer(request.Origins);
        var found = AnswerComparer.Compare(recorded, answer, module.RulesOf(endpoint));
        if (found.IsTooLarge) return Outcome(ComparisonClass.TooLarge);
        // A write cannot be asked again to see what changes each time.
        if (found.Class != ComparisonClass.Mismatch || !reads) return Outcome(found.Class, found.Differences);
        var again = await TryAsync(request, book, cancellation);
        if (again.Answer is null) return Outcome(again.Failure);
        var own = AnswerComparer.Compare(answer, again.Answer, module.RulesOf(endpoint)).Differences;
        found = AnswerComparer.Compare(recorded, answer, module.RulesOf(endpoint), new NoiseProfile(own.Select(static d => (d.Pattern, d.Kind))));
        return Outcome(found.Class, found.Differences);

        ReplayOutcome Outcome(ComparisonClass outcome, IReadOnlyList<Difference>? differences = null) => new(name, exchange.Endpoint, request.Method, request.Target, outcome, differences ?? []);
    }

    private async Task<(MirrorAnswer? Answer, ComparisonClass Failure)> TryAsync(ExchangeRequest asked, RuleBook book, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            using var request = new HttpRequestMessage(new HttpMethod(asked.Method), UpstreamTransformer.UriFor(client.BaseAddress!.AbsoluteUri, asked.Target)) { Content = asked.Bytes is { } body ? new ReadOnlyMemoryContent(body) : null };
            foreach (var header in asked.Headers.Where(h => Sends(h) && !extra.Any(e => e.Name.Equals(h.Name, StringComparison.OrdinalIgnoreCase))).Concat(extra))
            {
                if (!request.Headers.TryAddWithoutValidation(header.Name, header.Value)) request.Content?.Headers.TryAddWithoutValidation(header.Name, header.Value);
            }

            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (await MirrorSender.ReadAsync(response, LargestBody, either.Token) is not { } bytes) return (null, ComparisonClass.TooLarge);
            var answer = MirrorSender.AnswerOf(response, bytes, asked.Origins, client.BaseAddress!.AbsoluteUri);
            // As the recorded one was kept, or what is redacted there would differ here.
            return ExchangeRedaction.Answer(answer, book) is { } kept ? (kept.ToMirrorAnswer(answer.Origins), default) : (null, ComparisonClass.Unsupported);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, ComparisonClass.TimedOut);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return (null, ComparisonClass.CandidateFailed);
        }
    }

    // A recorded "100-continue" or encoding belongs to the client that it came from.
    private static bool Sends(ExchangeHeader header) => MirrorSender.Travels(header.Name) && !header.Name.Equals("Accept-Encoding", StringComparison.OrdinalIgnoreCase) && !header.Value.Contains(Redaction.Text, StringComparison.Ordinal);
}
