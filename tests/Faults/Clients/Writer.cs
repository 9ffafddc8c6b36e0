using Faults.History;

namespace Faults.Clients;

/// <summary>
/// Changes products of its own, each change on condition of the version that it knows, and reads back what it was told is done. A change of unknown outcome is
/// cleared up by reading, so that every change either has taken effect exactly once or never will.
/// </summary>
internal sealed class Writer(string name, RunHistory history, Addresses addresses, int start, IReadOnlyList<int> keys, Random random, bool cookies) : IPerson
{
    private readonly Caller _caller = new(name, history, cookies);
    private readonly Dictionary<int, Product> _known = [];
    private int _number;

    public async Task TurnAsync()
    {
        // Whoever has cookies is known to every proxy; credentials are remembered by the one that has seen them.
        var (via, at) = addresses.Proxies[(cookies ? random.Next(addresses.Proxies.Count) : start) % addresses.Proxies.Count];
        var key = keys[random.Next(keys.Count)];
        if (!_known.TryGetValue(key, out var product) && await ReadAsync(via, at, key) is { } found) product = _known[key] = found;
        if (product is null) return;
        var value = $"{name}-{++_number}";
        var reply = await _caller.SendAsync(HttpMethod.Put, at, $"/api/products/{key}", product with { Name = value }, product.Version);
        var changed = reply.As<Product>();
        _caller.Told(new Operation
        {
            Client = name, Act = Act.Change, Key = key, Value = value, Outcome = reply.Outcome, Version = changed?.Version ?? 0,
            Status = reply.Status, Via = via, Start = reply.Start, End = reply.End, Detail = reply.Outcome == Outcome.Acknowledged ? null : reply.Body,
        });
        if (changed is not null) _known[key] = changed;
        else _known.Remove(key);
        // A browser may ask another proxy for the page that it has just changed.
        if (cookies) (via, at) = addresses.Proxies[random.Next(addresses.Proxies.Count)];
        await ReadAsync(via, at, key);
    }

    public void Dispose() => _caller.Dispose();

    private async Task<Product?> ReadAsync(string via, Uri at, int key)
    {
        var reply = await _caller.SendAsync(HttpMethod.Get, at, $"/api/products/{key}");
        var seen = reply.As<Product>();
        _caller.Told(new Operation
        {
            Client = name, Act = Act.Read, Key = key, Value = seen?.Name, Version = seen?.Version ?? 0, Status = reply.Status, Via = via, Start = reply.Start, End = reply.End,
            Outcome = seen is not null || reply.Status == 404 ? Outcome.Acknowledged : Outcome.Unknown, Detail = seen is null ? reply.Body : null,
        });
        return seen;
    }
}
