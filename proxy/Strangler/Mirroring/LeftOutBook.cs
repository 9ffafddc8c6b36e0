using System.Collections.Concurrent;
using Strangler.Mirroring.Comparison;

namespace Strangler.Mirroring;

/// <summary>Differences that did not count, added up over requests: what is left out is shown.</summary>
/// <param name="By">What let them pass.</param>
/// <param name="Rule">The rule as the plan has it, or the pattern of the noise.</param>
/// <param name="Why">The reason.</param>
/// <param name="Requests">Requests in which it let something pass.</param>
/// <param name="Places">Places that differed in them.</param>
/// <param name="Example">The latest.</param>
internal sealed record LeftOutTotal(LeftOutBy By, string Rule, string Why, long Requests, long Places, Difference Example);

/// <summary>What was left out of the comparisons of each endpoint.</summary>
internal sealed class LeftOutBook
{
    private const int Most = 200;
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<(LeftOutBy By, string Rule), LeftOutTotal>> _endpoints = new(StringComparer.Ordinal);

    public IReadOnlyList<LeftOutTotal> Of(string endpointId) =>
        _endpoints.TryGetValue(endpointId, out var totals) ? [.. totals.Values.OrderBy(static t => t.By).ThenBy(static t => t.Rule, StringComparer.Ordinal)] : [];

    public void Add(string endpointId, IReadOnlyList<LeftOut> leftOut)
    {
        if (leftOut.Count == 0) return;
        var totals = _endpoints.GetOrAdd(endpointId, static _ => new());
        foreach (var one in leftOut)
        {
            // Noise that comes and goes makes new entries for ever; rules are as many as the plan has.
            if (totals.Count >= Most && !totals.ContainsKey((one.By, one.Rule))) continue;
            totals.AddOrUpdate(
                (one.By, one.Rule), static (_, first) => new LeftOutTotal(first.By, first.Rule, first.Why, 1, first.Count, first.Example),
                static (_, total, next) => total with { Requests = total.Requests + 1, Places = total.Places + next.Count, Example = next.Example }, one);
        }
    }
}
