namespace Legacy.Catalog.Data;

internal sealed class Category
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    /// <summary>Grows by one with each change; the API's ETag, and the guard against lost updates.</summary>
    public int Version { get; set; } = 1;
}
