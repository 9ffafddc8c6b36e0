using System.Collections.Concurrent;
using Strangler.Cli.Rehearse.Load;

namespace Strangler.Cli.Rehearse.Clients;

/// <summary>The last acknowledged state of everything that the load wrote.</summary>
internal sealed class AcknowledgedWrites
{
    private readonly ConcurrentDictionary<(LoadRecord Record, string Key), string?> _known = new();
    private long _count;

    /// <summary>Acknowledged writes so far.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>What must be there: the value of each key, or null where it has been removed.</summary>
    public IReadOnlyDictionary<(LoadRecord Record, string Key), string?> Known => _known;

    public void Acknowledged(LoadRecord record, string key, string? value)
    {
        Interlocked.Increment(ref _count);
        _known[(record, key)] = value;
    }

    /// <summary>Nobody knows what a write has left; what is read next is right.</summary>
    public void Forget(LoadRecord record, string key) => _known.TryRemove((record, key), out _);

    /// <summary>What a read has shown of a key that nothing was known of.</summary>
    public void Found(LoadRecord record, string key, string? value) => _known.TryAdd((record, key), value);
}
