using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Strangler.Evidence;
using Strangler.Forwarding;
using Strangler.Mirroring;
using Strangler.Mirroring.Comparison;
using Strangler.Stages;

namespace Strangler.Corpus;

/// <summary>What both sides answered to a recorded read.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Class">As what the answers compare.</param>
/// <param name="Differences">Where they differ.</param>
internal sealed record Replayed(string Endpoint, string Class, IReadOnlyList<Difference> Differences);

/// <summary>
/// Asks both sides a recorded read and compares their answers as those of a live one are compared. What it finds fills the count at the gate of endpoints that are
/// seldom asked, and is shown apart from live traffic.
/// </summary>
internal sealed class ReplayDesk(RouteTables tables, EvidenceLedger ledger, MirrorSender sender, MirrorComparer comparer, SecondLook secondLook, ModuleStates states, TimeProvider time)
{
    /// <exception cref="StageRequestException">The exchange is none of the module's, is no read, or the module is at no stage at which both sides can answer.</exception>
    public async Task<Replayed> AskAsync(string module, Exchange exchange, CancellationToken cancellation)
    {
        var table = tables.Current;
        if (!table.TryGet(RouteTable.RouteIdOf(exchange.Endpoint), out var route) || route.Module.Name != module)
            throw new StageRequestException($"'{module}' has no endpoint '{exchange.Endpoint}'. It has: {string.Join(", ", table.Plan.Modules[module].Endpoints.Select(static e => e.Id))}.");
        var (method, target) = (exchange.Request.Method, exchange.Request.Target);
        if (route.Endpoint.Writes || !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method))) throw new StageRequestException($"'{method} {target}' is no read: asking both sides would change data.");
        if (!target.StartsWith('/')) throw new StageRequestException($"'{target}' is no path.");
        if (states.Of(module).StageOf(exchange.Endpoint) is var stage && stage is < Stage.Shadow or Stage.Retired)
            throw new StageRequestException($"'{module}' is at {stage}: its two sides can be compared from Shadow to Extracted only.");

        // What is redacted cannot be sent; whoever replays gives its own.
        KeyValuePair<string, StringValues>[] headers = [.. exchange.Request.Headers.Where(static h => MirrorSender.Travels(h.Name) && !h.Value.Contains(Redaction.Text, StringComparison.Ordinal))
            .GroupBy(static h => h.Name, StringComparer.OrdinalIgnoreCase).Select(static g => new KeyValuePair<string, StringValues>(g.Key, g.Select(static h => h.Value).ToArray()))];
        var job = MirrorJob.OfBoth(route, method, target, headers, exchange.Request.Origins, time.GetUtcNow(), table.Plan.Limits);
        var legacy = await sender.TryAskAsync(job, Side.Legacy, time, cancellation);
        if (legacy.Answer is null) return Counted(legacy.Failure, 0);
        var service = await sender.TryAskAsync(job, Side.Service, time, cancellation);
        if (service.Answer is null) return Counted(service.Failure, legacy.Answer.Status);
        var found = await comparer.CompareAsync(job, Side.Legacy, legacy.Answer, service.Answer, cancellation);
        if (found.Class != ComparisonClass.Mismatch) return Counted(found.Class, legacy.Answer.Status);

        var verdict = await secondLook.JudgeAsync(job with { Answer = legacy.Answer }, cancellation);
        if (verdict is { Class: ComparisonClass.Mismatch, Legacy: { } one, Service: { } other, Differences: { } differences })
        {
            ledger.Keep(MismatchRecord.Of(job, one, other, differences));
            return Counted(ComparisonClass.Mismatch, legacy.Answer.Status, differences);
        }

        return Counted(verdict.Class, legacy.Answer.Status);

        Replayed Counted(ComparisonClass outcome, int status, IReadOnlyList<Difference>? differences = null)
        {
            ledger.CountReplayed(exchange.Endpoint, outcome, status);
            return new Replayed(exchange.Endpoint, outcome.ToString(), differences ?? []);
        }
    }
}
