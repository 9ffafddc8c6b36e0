using System.Collections.Concurrent;

namespace Strangler.Mirroring.DryRuns;

/// <summary>What the classes alone do not tell of the dry runs of an endpoint.</summary>
/// <param name="KeysPaired">Matches and mismatches in which generated keys that differ were taken for one.</param>
/// <param name="Reasons">How often a dry run said nothing, by reason.</param>
internal sealed record DryRunDocument(long KeysPaired, IReadOnlyDictionary<string, long> Reasons);

/// <summary>Keeps why dry runs said nothing, and how often generated keys were taken for one: what is left out is shown.</summary>
internal sealed class DryRunNotes
{
    private const int MostReasons = 50;
    private readonly ConcurrentDictionary<string, Notes> _endpoints = new(StringComparer.Ordinal);

    public void Paired(string endpoint) => Interlocked.Increment(ref NotesOf(endpoint).Paired);

    public void SaidNothing(string endpoint, string reason)
    {
        var reasons = NotesOf(endpoint).Reasons;
        // Reasons come from the service's code and are few; one with an id in it must not fill the memory.
        var name = reasons.ContainsKey(reason) || reasons.Count < MostReasons ? reason : "others";
        reasons.AddOrUpdate(name, 1, static (_, count) => count + 1);
    }

    /// <returns>Null for an endpoint of which there is nothing to tell.</returns>
    public DryRunDocument? Of(string endpoint) => _endpoints.TryGetValue(endpoint, out var notes)
        ? new DryRunDocument(Volatile.Read(ref notes.Paired), notes.Reasons.ToDictionary(StringComparer.Ordinal))
        : null;

    private Notes NotesOf(string endpoint) => _endpoints.GetOrAdd(endpoint, static _ => new Notes());

    private sealed class Notes
    {
        public readonly ConcurrentDictionary<string, long> Reasons = new(StringComparer.Ordinal);
        public long Paired;
    }
}
