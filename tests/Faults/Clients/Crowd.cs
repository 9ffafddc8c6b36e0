using Faults.History;
using Faults.Running;

namespace Faults.Clients;

/// <summary>
/// Everybody who uses the shop during a run, each at a pace of their own: some ninety requests a second together. More would only keep two cores from starting what was
/// killed, and a switch waits for it.
/// </summary>
internal sealed class Crowd : IAsyncDisposable
{
    private static readonly int[] _accounts = [1, 2, 3, 4, 5, 6];
    private readonly List<IPerson> _people = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _all;

    public Crowd(FaultyShop shop, RunHistory history, int seed)
    {
        var addresses = new Addresses(
            [.. shop.Proxies.Select(name => (name, shop.UrlOf(name)))], [("legacy", shop.UrlOf("legacy")), ("service", shop.UrlOf("service"))]);
        history.Accounts = _accounts.ToHashSet();
        var random = new Random(seed);
        Random Own() => new(random.Next());
        for (var i = 0; i < 4; i++) _people.Add(new Writer($"writer-{i}", history, addresses, i, [10 + (2 * i), 11 + (2 * i)], Own(), cookies: i % 2 == 1));
        for (var i = 0; i < 2; i++) _people.Add(new Maker($"maker-{i}", history, addresses, i, Own()));
        for (var i = 0; i < 3; i++) _people.Add(new Transferrer($"transferrer-{i}", history, addresses, i, _accounts, Own()));
        for (var i = 0; i < 2; i++) _people.Add(new Intruder($"intruder-{i}", history, addresses, 30 + i, Own()));
        for (var i = 0; i < 2; i++) _people.Add(new Reader($"reader-{i}", history, addresses, i, [.. Enumerable.Range(40, 15)], Own()));
        _all = Task.WhenAll(_people.Select(person => RunAsync(person, Own())));
    }

    /// <summary>Everybody ends the turn that they are in.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _all;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var person in _people) person.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(IPerson person, Random random)
    {
        while (!_stop.IsCancellationRequested)
        {
            await person.TurnAsync();
            await Task.Delay(random.Next(60, 240), _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
