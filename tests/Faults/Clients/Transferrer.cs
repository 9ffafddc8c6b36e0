using Faults.History;

namespace Faults.Clients;

/// <summary>Moves a part of one product's price to another's, as often as it can, between few products that others move at the same time: the sum must never change.</summary>
internal sealed class Transferrer(string name, RunHistory history, Addresses addresses, int start, IReadOnlyList<int> accounts, Random random) : IPerson
{
    private readonly Caller _caller = new(name, history, cookies: false);

    public async Task TurnAsync()
    {
        var (via, at) = addresses.Proxies[start % addresses.Proxies.Count];
        var from = accounts[random.Next(accounts.Count)];
        var to = accounts.Where(account => account != from).ElementAt(random.Next(accounts.Count - 1));
        var cents = random.Next(1, 100);
        var changes = new[] { new { id = from, by = -cents / 100m }, new { id = to, by = cents / 100m } };
        var reply = await _caller.SendAsync(HttpMethod.Post, at, "/api/products/prices", new { changes });
        var changed = reply.As<Product[]>();
        _caller.Told(new Operation
        {
            Client = name, Act = Act.Transfer, Key = from, Other = to, Amount = cents, Outcome = reply.Outcome, Status = reply.Status, Via = via, Start = reply.Start, End = reply.End,
            Version = changed?[0].Version ?? 0, OtherVersion = changed?[1].Version ?? 0, Detail = reply.Outcome == Outcome.Acknowledged ? null : reply.Body,
        });
    }

    public void Dispose() => _caller.Dispose();
}
