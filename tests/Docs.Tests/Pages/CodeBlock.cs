namespace Docs.Tests.Pages;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page's path in the repository.</param>
/// <param name="Line">The line of the opening fence, from 1.</param>
/// <param name="Language">The first word after the fence; empty if there is none.</param>
/// <param name="Lines">What is between the fences, without the indentation of the fence.</param>
/// <param name="Directions">The comments directly above the fence, from the top.</param>
internal sealed record CodeBlock(
    string Page,
    int Line,
    string Language,
    IReadOnlyList<string> Lines,
    IReadOnlyList<Direction> Directions
)
{
    public string Text => string.Join('\n', Lines);

    public string Place => $"{Page}:{Line}";

    public bool Has(string direction) => Directions.Any(one => one.Name == direction);

    /// <summary>The value of a direction; null where the block has none of that name.</summary>
    public string? Find(string direction) => Directions.LastOrDefault(one => one.Name == direction)?.Value;

    public IEnumerable<string> FindAll(string direction) =>
        Directions.Where(one => one.Name == direction).Select(one => one.Value);
}
