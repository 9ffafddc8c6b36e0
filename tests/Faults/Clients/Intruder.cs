using System.Globalization;
using Faults.History;

namespace Faults.Clients;

/// <summary>
/// Goes past the proxies and asks either side to write, as a proxy with a stale view would and as requests do that waited in a process while it stood still: only
/// the owner may say yes, and says at which epoch.
/// </summary>
internal sealed class Intruder(string name, RunHistory history, Addresses addresses, int key, Random random) : IPerson
{
    private readonly Caller _caller = new(name, history, cookies: false);
    private Product? _product;
    private int _number;

    public async Task TurnAsync()
    {
        var (via, at) = addresses.Sides[random.Next(addresses.Sides.Count)];
        _product ??= (await _caller.SendAsync(HttpMethod.Get, at, $"/api/products/{key}")).As<Product>();
        if (_product is null) return;
        var value = $"{name}-{++_number}";
        var reply = await _caller.SendAsync(HttpMethod.Put, at, $"/api/products/{key}", _product with { Name = value });
        var position = reply.Position?.Split(',')[^1].Split(';');
        _caller.Told(new Operation
        {
            Client = name, Act = Act.Change, Key = key, Value = value, Outcome = reply.Outcome, Version = reply.As<Product>()?.Version ?? 0, Status = reply.Status, Via = via,
            Epoch = position is [_, var epoch, _] ? long.Parse(epoch, CultureInfo.InvariantCulture) : 0,
            Start = reply.Start, End = reply.End, Detail = reply.Outcome == Outcome.Acknowledged ? null : reply.Body,
        });
    }

    public void Dispose() => _caller.Dispose();
}
