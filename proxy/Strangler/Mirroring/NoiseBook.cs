using System.Collections.Concurrent;
using Strangler.Mirroring.Comparison;

namespace Strangler.Mirroring;

/// <summary>A place where a side differs from itself.</summary>
/// <param name="Pattern">The place, without the numbers of items.</param>
/// <param name="Kind">How the values differ.</param>
/// <param name="Seen">Self-comparisons that found it.</param>
/// <param name="Quiet">Self-comparisons since then that did not.</param>
/// <param name="Since">When it was found first.</param>
/// <param name="Last">When it was found last.</param>
/// <param name="Example">Two values of one side.</param>
internal sealed record Noise(string Pattern, DifferenceKind Kind, long Seen, int Quiet, DateTimeOffset Since, DateTimeOffset Last, Difference Example);

/// <summary>
/// What each endpoint answers differently by itself. Learned by asking one side again, and kept for as long as it goes on: a place that was quiet in
/// the last twenty self-comparisons is compared again.
/// </summary>
internal sealed class NoiseBook(TimeProvider time)
{
    public const int Forgotten = 20;
    private const int Most = 200;
    private static readonly NoiseProfile Nothing = new([]);
    private readonly ConcurrentDictionary<string, Page> _pages = new(StringComparer.Ordinal);

    public NoiseProfile ProfileOf(string endpointId) => _pages.TryGetValue(endpointId, out var page) ? page.Profile : Nothing;

    public IReadOnlyList<Noise> Of(string endpointId) => _pages.TryGetValue(endpointId, out var page) ? page.Read() : [];

    /// <summary>Takes in what one self-comparison found; nothing where the answers were alike.</summary>
    public void Learn(string endpointId, IReadOnlyList<Difference> found)
    {
        if (found.Count == 0 && !_pages.ContainsKey(endpointId)) return;
        _pages.GetOrAdd(endpointId, static _ => new Page()).Learn(found, time.GetUtcNow());
    }

    private sealed class Page
    {
        private readonly Dictionary<(string Pattern, DifferenceKind Kind), Noise> _noise = [];
        private readonly Lock _lock = new();

        public NoiseProfile Profile { get; private set; } = Nothing;

        public IReadOnlyList<Noise> Read()
        {
            lock (_lock) return [.. _noise.Values.OrderBy(static n => n.Pattern, StringComparer.Ordinal)];
        }

        public void Learn(IReadOnlyList<Difference> found, DateTimeOffset now)
        {
            lock (_lock)
            {
                var places = _noise.Count;
                foreach (var (key, known) in _noise.ToArray())
                {
                    if (known.Quiet + 1 >= Forgotten) _noise.Remove(key);
                    else _noise[key] = known with { Quiet = known.Quiet + 1 };
                }

                var changed = _noise.Count != places;
                foreach (var difference in found.DistinctBy(static d => (d.Pattern, d.Kind)))
                {
                    var key = (difference.Pattern, difference.Kind);
                    if (_noise.TryGetValue(key, out var known)) _noise[key] = known with { Seen = known.Seen + 1, Quiet = 0, Last = now, Example = difference };
                    else if (NoiseProfile.MayBeNoise(difference.Pattern) && _noise.Count < Most)
                    {
                        _noise[key] = new Noise(difference.Pattern, difference.Kind, 1, 0, now, now, difference);
                        changed = true;
                    }
                }

                if (changed) Profile = new NoiseProfile(_noise.Keys);
            }
        }
    }
}
