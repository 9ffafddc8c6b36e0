using System.CommandLine;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Strangler.Cli.Running;

/// <summary>
/// Where a command writes. With <c>--json</c> standard output holds exactly one document, so all text goes to standard error;
/// without it text goes to standard output.
/// </summary>
internal sealed class CommandIo
{
    private readonly TextWriter _output;
    private readonly TextWriter _error;

    public CommandIo(ParseResult parse)
    {
        _output = parse.InvocationConfiguration.Output;
        _error = parse.InvocationConfiguration.Error;
        Json = parse.GetValue(SharedOptions.Json);
        Interactive = Json
            ? ReferenceEquals(_error, Console.Error) && !Console.IsErrorRedirected
            : ReferenceEquals(_output, Console.Out) && !Console.IsOutputRedirected;
        Terminal = ConsoleOn(Json ? _error : _output, Interactive);
    }

    /// <summary>True when the user asked for JSON.</summary>
    public bool Json { get; }

    /// <summary>True when text goes to a terminal: progress bars and colours make sense.</summary>
    public bool Interactive { get; }

    /// <summary>For tables and progress.</summary>
    public IAnsiConsole Terminal { get; }

    /// <summary>A line of text for a human.</summary>
    public void Line(string text) => (Json ? _error : _output).WriteLine(text);

    /// <summary>A line about something that is wrong.</summary>
    public void Problem(string text) => _error.WriteLine(text);

    /// <summary>A table about something that is wrong.</summary>
    public void Problem(IRenderable details) =>
        ConsoleOn(_error, ReferenceEquals(_error, Console.Error) && !Console.IsErrorRedirected).Write(details);

    /// <summary>The result: the one document with <c>--json</c>, else what <paramref name="human"/> writes.</summary>
    public void Result(object document, Action human)
    {
        if (Json) _output.WriteLine(Running.Json.Write(document));
        else human();
    }

    /// <summary>The document of a failure; nothing without <c>--json</c>.</summary>
    public void Failure(object document)
    {
        if (Json) _output.WriteLine(Running.Json.Write(document));
    }

    private static IAnsiConsole ConsoleOn(TextWriter writer, bool interactive)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = interactive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = interactive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = interactive ? InteractionSupport.Detect : InteractionSupport.No,
        });
        // Without a terminal there is no width: tables must not be folded for whoever reads the log.
        if (!interactive) console.Profile.Width = 200;
        return console;
    }
}
