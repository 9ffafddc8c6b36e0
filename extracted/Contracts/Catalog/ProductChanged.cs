namespace Contracts.Catalog;

/// <summary>A product was made or changed; carries the whole row.</summary>
public sealed record ProductChanged(int Id, string Sku, string Name, string Description, int CategoryId, decimal Price, int Version);
