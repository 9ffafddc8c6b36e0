using System.Security.Cryptography;
using System.Text;
using Strangler.Mirroring.Comparison;

namespace Strangler.Evidence;

/// <summary>Mismatches that differ at the same place in the same way.</summary>
/// <param name="Id">Names the group in commands; the same for the same endpoint, place and kind.</param>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="Pattern">The place, without the numbers of items.</param>
/// <param name="Kind">How the values differ.</param>
/// <param name="Count">Requests in which they did.</param>
/// <param name="Since">The first of them.</param>
/// <param name="Last">The latest of them.</param>
/// <param name="Example">The pair of values of the latest.</param>
/// <param name="Latest">The latest as a whole.</param>
internal sealed record MismatchGroup(
    string Id, string EndpointId, string Pattern, DifferenceKind Kind, long Count, DateTimeOffset Since, DateTimeOffset Last, Difference Example, Mismatch Latest);

/// <summary>How many groups may be kept of all endpoints together: each holds a pair of bodies.</summary>
internal sealed class MismatchRoom
{
    private const int Most = 1000;
    private int _taken;

    public bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= Most) return true;
        GiveBack(1);
        return false;
    }

    public void GiveBack(int groups) => Interlocked.Add(ref _taken, -groups);
}

/// <summary>The mismatches of one endpoint, equal ones together. When there is no room for another group, the one that was not seen for longest makes room.</summary>
internal sealed class MismatchGroups(MismatchRoom room)
{
    private const int Most = 50;
    private readonly Dictionary<(string Pattern, DifferenceKind Kind), MismatchGroup> _groups = [];
    private readonly Lock _lock = new();

    public void Add(Mismatch mismatch)
    {
        var differences = mismatch.Differences.Count > 0 ? mismatch.Differences : [new Difference(mismatch.Difference, mismatch.Difference, DifferenceKind.Value, null, null)];
        lock (_lock)
        {
            foreach (var difference in differences.DistinctBy(static d => (d.Pattern, d.Kind))) Add(mismatch, difference);
        }
    }

    public IReadOnlyList<MismatchGroup> Read()
    {
        lock (_lock) return [.. _groups.Values.OrderByDescending(static g => g.Count)];
    }

    public void Clear()
    {
        lock (_lock)
        {
            room.GiveBack(_groups.Count);
            _groups.Clear();
        }
    }

    private void Add(Mismatch mismatch, Difference difference)
    {
        var key = (difference.Pattern, difference.Kind);
        if (_groups.TryGetValue(key, out var group))
        {
            _groups[key] = group with { Count = group.Count + 1, Last = mismatch.At > group.Last ? mismatch.At : group.Last, Example = difference, Latest = mismatch };
            return;
        }

        if (_groups.Count == Most || !room.TryTake())
        {
            // Another endpoint may have all the room; then this one goes without rather than take what is not its own.
            if (_groups.Count == 0) return;
            _groups.Remove(_groups.MinBy(static g => g.Value.Last).Key);
        }

        _groups[key] = new MismatchGroup(IdOf(mismatch.EndpointId, difference), mismatch.EndpointId, difference.Pattern, difference.Kind, 1, mismatch.At, mismatch.At, difference, mismatch);
    }

    private static string IdOf(string endpoint, Difference difference) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{endpoint}\n{difference.Pattern}\n{difference.Kind}")))[..8];
}
