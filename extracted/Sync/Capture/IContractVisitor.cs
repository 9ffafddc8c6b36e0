namespace Sync.Capture;

/// <summary>Is shown every contract of an entity with its type.</summary>
internal interface IContractVisitor
{
    void Visit<TMessage>(EntityMap entity, string name) where TMessage : class;
}
