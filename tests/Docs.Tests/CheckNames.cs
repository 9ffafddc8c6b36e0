using Docs.Tests.Pages;

namespace Docs.Tests;

/// <summary>The checks that a page has to pass before its date is set.</summary>
internal static class CheckNames
{
    public const string Form = "form";
    public const string Links = "links";
    public const string Code = "code";
    public const string Diffs = "diffs";
    public const string Diagrams = "diagrams";
    public const string Commands = "commands";
    public const string Languages = "languages";

    public static IEnumerable<string> Of(Page page)
    {
        yield return Form;
        yield return Links;
        yield return Code;
        yield return Diffs;
        if (page.CodeBlocks.Any(block => block.Language == "mermaid"))
        {
            yield return Diagrams;
        }

        if (PageKinds.IsTyped(page))
        {
            yield return Commands;
        }

        if (PageKinds.IsTranslation(page))
        {
            yield return Languages;
        }
    }
}
