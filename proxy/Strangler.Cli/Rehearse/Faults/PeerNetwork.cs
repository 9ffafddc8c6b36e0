namespace Strangler.Cli.Rehearse.Faults;

/// <summary>A forwarder before each process. Only the sides use them; the proxy asks the processes directly.</summary>
internal sealed class PeerNetwork(IReadOnlyDictionary<string, int> ports) : IAsyncDisposable
{
    private readonly Dictionary<string, PeerForwarder> _forwarders = ports.ToDictionary(static p => p.Key, static p => new PeerForwarder(p.Value));

    /// <summary>Where other processes reach each one.</summary>
    public IReadOnlyDictionary<string, string> Urls => _forwarders.ToDictionary(static f => f.Key, static f => f.Value.Url);

    /// <summary>False when the sides do not reach each other this way, so that delaying and cutting would have no effect.</summary>
    public bool IsUsed => _forwarders.Values.Any(static f => f.Passed > 0);

    public void Delay(TimeSpan delay)
    {
        foreach (var forwarder in _forwarders.Values) forwarder.Delay = delay;
    }

    /// <returns>How many connections were cut.</returns>
    public int Cut() => _forwarders.Values.Sum(static f => f.Cut());

    public async ValueTask DisposeAsync()
    {
        foreach (var forwarder in _forwarders.Values) await forwarder.DisposeAsync();
    }
}
