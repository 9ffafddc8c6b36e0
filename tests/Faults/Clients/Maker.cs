using Faults.History;

namespace Faults.Clients;

/// <summary>Makes products with a SKU that nobody else uses, looks at them, and removes some again.</summary>
internal sealed class Maker(string name, RunHistory history, Addresses addresses, int start, Random random) : IPerson
{
    private readonly Caller _caller = new(name, history, cookies: false);
    private int _number;

    public async Task TurnAsync()
    {
        var (via, at) = addresses.Proxies[start % addresses.Proxies.Count];
        var value = $"{name}-{++_number}";
        var reply = await _caller.SendAsync(HttpMethod.Post, at, "/api/products", new Product(0, value, value, "", 1, 1m, 0));
        var made = reply.As<Product>();
        Tell(Act.Create, made?.Id ?? 0, value, reply, via, made?.Version ?? 0);
        if (made is null) return;
        await LookAsync(via, at, made.Id);
        if (random.Next(3) > 0) return;
        reply = await _caller.SendAsync(HttpMethod.Delete, at, $"/api/products/{made.Id}");
        // A removal that is sent again by the proxy finds nothing: that it is gone is what was asked for.
        Tell(Act.Remove, made.Id, null, reply.Status == 404 ? reply with { Status = 204 } : reply, via, 0);
        await LookAsync(via, at, made.Id);
    }

    public void Dispose() => _caller.Dispose();

    private async Task LookAsync(string via, Uri at, int key)
    {
        var reply = await _caller.SendAsync(HttpMethod.Get, at, $"/api/products/{key}");
        var seen = reply.As<Product>();
        Tell(Act.Read, key, seen?.Name, reply.Status == 404 ? reply with { Status = 200 } : reply, via, seen?.Version ?? 0);
    }

    private void Tell(Act act, int key, string? value, Reply reply, string via, int version) => _caller.Told(new Operation
    {
        Client = name, Act = act, Key = key, Value = value, Outcome = reply.Outcome, Version = version, Status = reply.Status, Via = via,
        Start = reply.Start, End = reply.End, Detail = reply.Outcome == Outcome.Acknowledged ? null : reply.Body,
    });
}
