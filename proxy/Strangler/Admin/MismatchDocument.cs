using Strangler.Evidence;
using Strangler.Mirroring;
using Strangler.Mirroring.Comparison;
using Strangler.Plan;

namespace Strangler.Admin;

/// <summary>The answer to <c>mismatches</c>: where the sides differ, and what does not count as a difference.</summary>
internal sealed record MismatchDocument(string Module, IReadOnlyList<GroupDocument> Groups, IReadOnlyList<NoiseDocument> Noise, IReadOnlyList<LeftOutDocument> LeftOut, IEnumerable<Mismatch> Mismatches)
{
    public static MismatchDocument Of(PlannedModule module, EvidenceLedger evidence, NoiseBook noise, LeftOutBook leftOut)
    {
        var endpoints = module.Endpoints.Select(static e => e.Id).ToArray();
        return new MismatchDocument(
            module.Name,
            [.. endpoints.SelectMany(evidence.GroupsOf).OrderByDescending(static g => g.Count).Select(static g => new GroupDocument(g.Id, g.EndpointId, g.Pattern, g.Kind, g.Count, g.Since, g.Last, g.Example, g.Latest))],
            [.. endpoints.SelectMany(id => NoiseDocument.Of(id, noise, leftOut))],
            [.. endpoints.SelectMany(id => leftOut.Of(id).Where(static t => t.By != LeftOutBy.Noise).Select(t => new LeftOutDocument(id, t.By, t.Rule, t.Why, t.Requests, t.Places, t.Example)))],
            endpoints.SelectMany(evidence.MismatchesOf).OrderByDescending(static m => m.At));
    }
}

/// <summary>Mismatches at the same place in the same way.</summary>
internal sealed record GroupDocument(string Id, string EndpointId, string Path, DifferenceKind Kind, long Count, DateTimeOffset Since, DateTimeOffset Last, Difference Example, Mismatch Request);

/// <summary>A place that a side answers differently by itself, and how often a difference there did not count.</summary>
internal sealed record NoiseDocument(string EndpointId, string Path, DifferenceKind Kind, long Seen, int QuietFor, DateTimeOffset Since, DateTimeOffset Last, long MaskedRequests, Difference Example)
{
    public static IEnumerable<NoiseDocument> Of(string endpointId, NoiseBook noise, LeftOutBook leftOut)
    {
        var masked = leftOut.Of(endpointId).Where(static t => t.By == LeftOutBy.Noise).ToDictionary(static t => t.Rule, static t => t.Requests);
        return noise.Of(endpointId).Select(n => new NoiseDocument(endpointId, n.Pattern, n.Kind, n.Seen, n.Quiet, n.Since, n.Last, masked.GetValueOrDefault(n.Pattern), n.Example));
    }
}

/// <summary>A rule of the plan, and how often it let a difference pass.</summary>
internal sealed record LeftOutDocument(string EndpointId, LeftOutBy By, string Rule, string Why, long Requests, long Places, Difference Example);
