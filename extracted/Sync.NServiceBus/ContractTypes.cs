using System.Text.Json;
using Sync.Capture;

namespace Sync.NServiceBus;

/// <summary>The declared contracts by their registered names and by their types.</summary>
internal sealed class ContractTypes : IContractVisitor
{
    private readonly Dictionary<string, (Type Type, Func<ReadOnlyMemory<byte>, object> Read)> _byName = new(StringComparer.Ordinal);
    private readonly HashSet<Type> _types = [];

    public ContractTypes(IEnumerable<ModuleMap> modules)
    {
        foreach (var entity in modules.SelectMany(module => module.Entities)) entity.Accept(this);
    }

    public bool IsChange(Type type) => _types.Contains(type);

    /// <summary>The type declared for a registered name, or null.</summary>
    public Type? TypeOf(string name) => _byName.TryGetValue(name, out var known) ? known.Type : null;

    /// <summary>The contract as an object, for the bus to write: it comes out as the bytes that went in.</summary>
    /// <exception cref="FormatException">Nobody has declared it here, or it is none of its kind.</exception>
    public object Read(SyncMessage message)
    {
        if (!_byName.TryGetValue(message.Type, out var known))
            throw new FormatException($"The contract '{message.Type}' is not declared in the program that sends: a newer version has written the change. Bring that version back, or discard the change and reconcile.");
        try
        {
            return known.Read(message.Payload);
        }
        catch (JsonException error)
        {
            throw new FormatException($"The change is no '{message.Type}': {error.Message}", error);
        }
    }

    void IContractVisitor.Visit<TMessage>(EntityMap entity, string name)
    {
        _types.Add(typeof(TMessage));
        _byName[name] = (typeof(TMessage), payload => JsonSerializer.Deserialize<TMessage>(payload.Span, SyncJson.Options) ?? throw new JsonException($"The message {name} is null."));
    }
}
