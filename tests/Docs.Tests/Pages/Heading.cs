namespace Docs.Tests.Pages;

/// <summary>
/// A heading of a page. The text is what a reader sees, without backticks and link targets. The anchor is what stands
/// after <c>#</c> in a link to it, by GitHub's rules.
/// </summary>
internal sealed record Heading(int Level, string Text, string Anchor, int Line);
