namespace Catalog.Service.Queries;

/// <summary>What a list of products is narrowed to, and its order.</summary>
internal sealed record ProductList(string? Search, int? CategoryId, IReadOnlyCollection<int>? Ids, string Sort)
{
    public static readonly string[] Sorts = ["id", "name", "-name", "price", "-price"];
}
