using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Strangler.Evidence;
using Strangler.Forwarding;
using Strangler.Mirroring.Comparison;
using Strangler.Stages;

namespace Strangler.Mirroring;

/// <summary>What one side says now.</summary>
/// <param name="Status">Its status; null when it gave no answer.</param>
/// <param name="Failure">Why it gave none.</param>
/// <param name="Body">Its body, cut short and redacted.</param>
internal sealed record AnswerNow(int? Status, string? Failure, string? Body);

/// <summary>What both sides say to the request of a mismatch when they are asked again.</summary>
/// <param name="Group">The group.</param>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Class">As what the answers compare now.</param>
/// <param name="StillThere">True when the difference that the group is about is among those found.</param>
/// <param name="Legacy">The legacy's answer.</param>
/// <param name="Service">The service's answer.</param>
/// <param name="Differences">Where they differ.</param>
/// <param name="AskedWithout">Headers of the request that are not kept, and so were not sent.</param>
internal sealed record AskedAgain(
    string Group, string Method, string Target, string Class, bool StillThere, AnswerNow Legacy, AnswerNow Service, IReadOnlyList<Difference> Differences, IReadOnlyList<string> AskedWithout);

/// <summary>Asks both sides again for what they once answered differently. Counts nothing.</summary>
internal sealed class MismatchDesk(RouteTables tables, EvidenceLedger ledger, MirrorSender sender, MirrorComparer comparer, TimeProvider time)
{
    /// <exception cref="StageRequestException">There is no such group, or its request must not be sent again.</exception>
    public async Task<AskedAgain> AskAsync(string module, string groupId, CancellationToken cancellation)
    {
        var table = tables.Current;
        var group = table.Plan.Modules[module].Endpoints.SelectMany(e => ledger.GroupsOf(e.Id)).FirstOrDefault(g => g.Id == groupId)
            ?? throw new StageRequestException($"'{module}' has no group of mismatches '{groupId}'. 'strangler mismatches {module}' lists them.");
        var latest = group.Latest;
        if (!table.TryGet(RouteTable.RouteIdOf(group.EndpointId), out var route)) throw new StageRequestException($"The endpoint '{group.EndpointId}' is no longer in the plan.");
        if (route.Endpoint.Writes || !(HttpMethods.IsGet(latest.Method) || HttpMethods.IsHead(latest.Method)))
            throw new StageRequestException($"'{latest.Method} {latest.Target}' is no read: asking it again could change data.");

        var kept = latest.Headers.Where(static h => h.Value != Redaction.Text).Select(static h => new KeyValuePair<string, StringValues>(h.Key, h.Value)).ToArray();
        var origins = MirrorSender.OriginsOf(latest.Headers.FirstOrDefault(static h => h.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)).Value);
        var job = MirrorJob.OfBoth(route, latest.Method, latest.Target, kept, origins, time.GetUtcNow(), table.Plan.Limits);
        var legacy = await sender.TryAskAsync(job, Side.Legacy, time, cancellation);
        var service = await sender.TryAskAsync(job, Side.Service, time, cancellation);
        var book = RuleBook.Of(route.Module.RulesOf(route.Endpoint));
        string[] without = [.. latest.Headers.Where(static h => h.Value == Redaction.Text).Select(static h => h.Key)];
        var (left, right) = (Now(legacy, book), Now(service, book));
        if (legacy.Answer is null || service.Answer is null)
            return new AskedAgain(groupId, latest.Method, latest.Target, (legacy.Answer is null ? legacy.Failure : service.Failure).ToString(), false, left, right, [], without);
        var found = await comparer.CompareAsync(job, Side.Legacy, legacy.Answer, service.Answer, cancellation);
        return new AskedAgain(
            groupId, latest.Method, latest.Target, found.Class.ToString(), found.Differences.Any(d => d.Pattern == group.Pattern && d.Kind == group.Kind), left, right, found.Differences, without);
    }

    private static AnswerNow Now((MirrorAnswer? Answer, ComparisonClass Failure) asked, RuleBook book) => asked.Answer is { } answer
        ? new AnswerNow(answer.Status, null, MismatchRecord.Shown(answer, book))
        : new AnswerNow(null, asked.Failure.ToString(), null);
}
