namespace Contracts.Catalog;

/// <summary>A category was made or changed; carries the whole row.</summary>
public sealed record CategoryChanged(int Id, string Name, string Description, int Version);
