using System.Collections.Concurrent;

namespace Sync.Delivery;

/// <summary>News between the parts of sync in this process.</summary>
internal sealed class SyncSignals
{
    private readonly ConcurrentDictionary<string, Pulse> _written = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Pulse> _acknowledged = new(StringComparer.Ordinal);

    /// <summary>A module's changes were committed.</summary>
    public Pulse Written(string module) => _written.GetOrAdd(module, static _ => new Pulse());

    /// <summary>A receiver's deliveries were acknowledged.</summary>
    public Pulse Acknowledged(string receiver) => _acknowledged.GetOrAdd(receiver, static _ => new Pulse());
}
