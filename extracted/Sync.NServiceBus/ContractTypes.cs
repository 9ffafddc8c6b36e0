using System.Text.Json;
using Sync.Capture;

namespace Sync.NServiceBus;

/// <summary>The declared contracts by their registered names and by their types.</summary>
internal sealed class ContractTypes : IContractVisitor
{
    private readonly Dictionary<string, Func<ReadOnlyMemory<byte>, object>> _readers = new(StringComparer.Ordinal);
    private readonly HashSet<Type> _types = [];

    public ContractTypes(IEnumerable<ModuleMap> modules)
    {
        foreach (var entity in modules.SelectMany(module => module.Entities)) entity.Accept(this);
    }

    public bool IsChange(Type type) => _types.Contains(type);

    public bool Knows(string name) => _readers.ContainsKey(name);

    /// <summary>The contract as an object, for the bus to write: it comes out as the bytes that went in.</summary>
    public object Read(SyncMessage message) => _readers[message.Type](message.Payload);

    void IContractVisitor.Visit<TMessage>(EntityMap entity, string name)
    {
        _types.Add(typeof(TMessage));
        _readers[name] = payload => JsonSerializer.Deserialize<TMessage>(payload.Span, SyncJson.Options) ?? throw new JsonException($"The message {name} is null.");
    }
}
