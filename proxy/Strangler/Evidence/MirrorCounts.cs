namespace Strangler.Evidence;

/// <summary>
/// The mirrored requests of one endpoint. What was taken in, what waits and the classes are counted apart and read together, so that a request that
/// got lost, or was counted twice, would show.
/// </summary>
internal sealed class MirrorCounts
{
    private static readonly ComparisonClass[] Classes = Enum.GetValues<ComparisonClass>();
    private readonly long[] _ended = new long[Classes.Length];
    private readonly Lock _lock = new();
    private long _taken;
    private long _waiting;

    public MirroredRequest TakeIn()
    {
        lock (_lock)
        {
            _taken++;
            _waiting++;
        }

        return new MirroredRequest(this);
    }

    public void End(ComparisonClass outcome)
    {
        lock (_lock)
        {
            _waiting--;
            _ended[(int)outcome]++;
        }
    }

    public (long Taken, long Waiting, IReadOnlyDictionary<ComparisonClass, long> Ended) Read()
    {
        lock (_lock) return (_taken, _waiting, Classes.ToDictionary(static name => name, name => _ended[(int)name]));
    }
}
