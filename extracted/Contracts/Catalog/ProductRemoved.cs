namespace Contracts.Catalog;

/// <summary>A product was removed.</summary>
public sealed record ProductRemoved(int Id);
