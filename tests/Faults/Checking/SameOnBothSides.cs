using Faults.History;

namespace Faults.Checking;

/// <summary>Once nothing is under way, at every switch and in the end, both databases hold the same rows.</summary>
internal static class SameOnBothSides
{
    public static IEnumerable<Violation> Check(RunHistory history)
    {
        foreach (var still in history.Stills)
        {
            var service = still.Service.ToDictionary(static r => r.Key);
            var legacy = still.Legacy.ToDictionary(static r => r.Key);
            var differing = legacy.Keys.Union(service.Keys).Where(key => legacy.GetValueOrDefault(key) != service.GetValueOrDefault(key)).Order().ToList();
            if (differing.Count > 0)
                yield return new Violation("both sides the same", $"at {still.When} {differing.Count} rows differ, the first: legacy {legacy.GetValueOrDefault(differing[0])?.ToString() ?? "nothing"}, service {service.GetValueOrDefault(differing[0])?.ToString() ?? "nothing"}");
        }
    }
}
