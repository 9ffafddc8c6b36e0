using Legacy.Catalog.Data;

namespace Legacy.Catalog.Api;

internal sealed record CategoryJson(int Id, string Name, string Description, int Version)
{
    public static CategoryJson Of(Category category) => new(category.Id, category.Name, category.Description, category.Version);
}

/// <summary>A category as a client sends it.</summary>
internal sealed record CategoryInput(string? Name, string? Description)
{
    public Dictionary<string, string[]> Errors()
    {
        var errors = new Dictionary<string, string[]>();
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > 100) errors["name"] = ["The name is needed and has at most 100 characters."];
        if (Description is { Length: > 1000 }) errors["description"] = ["The description has at most 1000 characters."];
        // Not every database can keep it, and nobody can read it.
        foreach (var (field, text) in new[] { ("name", Name), ("description", Description) })
        {
            if (text?.Contains('\0', StringComparison.Ordinal) is true) errors[field] = ["The text holds a NUL character."];
        }

        return errors;
    }

    public void CopyTo(Category category)
    {
        category.Name = Name!.Trim();
        category.Description = Description?.Trim() ?? "";
    }
}
