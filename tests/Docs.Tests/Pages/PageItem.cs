namespace Docs.Tests.Pages;

/// <summary>A code block, or a direction above an empty place.</summary>
internal sealed record PageItem(CodeBlock? Block, Direction? Direction);
