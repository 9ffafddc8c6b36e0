using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Sync.Capture;

namespace Sync.Ownership;

/// <summary>Counts commands on a module's tables by others than the module's own endpoints: nobody may be left before the module is retired.</summary>
internal sealed class ForeignReads(IHttpContextAccessor http, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Counter> _counters = new(StringComparer.Ordinal);

    public void Count(ModuleMap module)
    {
        if (http.HttpContext?.GetEndpoint()?.Metadata.GetOrderedMetadata<SyncModuleAttribute>() is { } marks && marks.Any(mark => mark.Module == module.Name)) return;
        var counter = _counters.GetOrAdd(module.Name, static _ => new Counter());
        Interlocked.Increment(ref counter.Total);
        Volatile.Write(ref counter.LastTicks, time.GetUtcNow().UtcTicks);
    }

    public (long Count, DateTimeOffset? LastAt) Of(string module)
    {
        if (!_counters.TryGetValue(module, out var counter)) return (0, null);
        var last = Volatile.Read(ref counter.LastTicks);
        return (Volatile.Read(ref counter.Total), last == 0 ? null : new DateTimeOffset(last, TimeSpan.Zero));
    }

    private sealed class Counter
    {
        public long Total;
        public long LastTicks;
    }
}
