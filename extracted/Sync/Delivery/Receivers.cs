using Microsoft.Extensions.Options;
using Sync.Capture;

namespace Sync.Delivery;

/// <summary>Who receives a module's changes.</summary>
/// <param name="Name">The receiver's name: the module's for its other side, module/name for a subscriber.</param>
/// <param name="Module">The module.</param>
/// <param name="Address">Where it listens.</param>
internal sealed record Receiver(string Name, string Module, Uri Address)
{
    /// <summary>Stands for whoever has subscribed to published events: their deliveries are done with once the channel has them.</summary>
    public const string Anybody = "*";
}

/// <summary>The receivers of each module, from the settings.</summary>
internal sealed class Receivers
{
    private readonly Dictionary<string, IReadOnlyList<Receiver>> _byModule = new(StringComparer.Ordinal);

    public Receivers(ModuleRegistry registry, IOptions<SyncOptions> options)
    {
        foreach (var module in registry.Modules)
        {
            var receivers = new List<Receiver>();
            if (options.Value.Peers.TryGetValue(module.Name, out var peer)) receivers.Add(new Receiver(module.Name, module.Name, peer));
            if (options.Value.Subscribers.TryGetValue(module.Name, out var subscribers))
                receivers.AddRange(subscribers.Select(subscriber => new Receiver($"{module.Name}/{subscriber.Key}", module.Name, subscriber.Value)));
            if (options.Value.Publish) receivers.Add(new Receiver($"{module.Name}/{Receiver.Anybody}", module.Name, new Uri($"publish:{module.Name}")));
            _byModule[module.Name] = receivers;
        }
    }

    public IEnumerable<Receiver> All => _byModule.Values.SelectMany(receivers => receivers);

    public IReadOnlyList<Receiver> Of(string module) => _byModule.GetValueOrDefault(module, []);

    /// <summary>Those that keep a copy and never own the data.</summary>
    public IReadOnlyList<Receiver> SubscribersOf(string module) => [.. Of(module).Where(receiver => receiver.Name != module)];

    /// <summary>The other side of the migration, or null when none is set.</summary>
    public Receiver? PeerOf(string module) => Of(module).FirstOrDefault(receiver => receiver.Name == module);

    public Receiver? Find(string name) => All.FirstOrDefault(receiver => receiver.Name == name);
}
