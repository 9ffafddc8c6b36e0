namespace Docs.Tests.Pages;

/// <summary>A link or an image of a page.</summary>
internal sealed record Link(string Page, string Target, bool IsImage, int Line)
{
    public string Place => $"{Page}:{Line}";
}
