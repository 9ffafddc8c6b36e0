using Faults.History;

namespace Faults.Clients;

/// <summary>Reads products that nobody writes: whichever side answers, it is always the same answer.</summary>
internal sealed class Reader(string name, RunHistory history, Addresses addresses, int start, IReadOnlyList<int> keys, Random random) : IPerson
{
    private readonly Caller _caller = new(name, history, cookies: false);

    public async Task TurnAsync()
    {
        var (via, at) = addresses.Proxies[start % addresses.Proxies.Count];
        var key = keys[random.Next(keys.Count)];
        var reply = await _caller.SendAsync(HttpMethod.Get, at, $"/api/products/{key}");
        var seen = reply.As<Product>();
        _caller.Told(new Operation
        {
            Client = name, Act = Act.Read, Key = key, Value = seen?.Name, Version = seen?.Version ?? 0, Status = reply.Status, Via = via, Start = reply.Start, End = reply.End,
            Outcome = seen is not null || reply.Status == 404 ? Outcome.Acknowledged : Outcome.Unknown, Detail = seen is null ? reply.Body : null,
        });
    }

    public void Dispose() => _caller.Dispose();
}
