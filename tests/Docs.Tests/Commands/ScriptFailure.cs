namespace Docs.Tests.Commands;

/// <summary>A page that does not do what it says.</summary>
internal sealed class ScriptFailure(string message, string? page = null) : Exception(message)
{
    private const int LinesShown = 60;

    /// <summary>The page whose turn it was; null if none was begun.</summary>
    public string? Page => page;

    public static ScriptFailure Of(TypeStep step, string what, ExpectedOutput? expected, string output)
    {
        var shown = expected is null ? "" : $"\nExpected ({expected.Block.Place}):\n{Indent(expected.Block.Text)}";
        return new ScriptFailure(
            $"{step.Place}: {what}\nCommand:\n{Indent(step.Block.Text)}{shown}\nSeen:\n{Indent(LastLinesOf(output))}",
            step.Block.Page
        );
    }

    private static string LastLinesOf(string output)
    {
        var lines = output.TrimEnd().Split('\n');
        var left = lines.Length > LinesShown ? $"({lines.Length - LinesShown} lines before these)\n" : "";
        return left + string.Join('\n', lines.TakeLast(LinesShown));
    }

    private static string Indent(string text) => string.Join('\n', text.Split('\n').Select(line => "    " + line));
}
