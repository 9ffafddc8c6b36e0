namespace Contracts.Catalog;

/// <summary>A category was removed.</summary>
public sealed record CategoryRemoved(int Id);
