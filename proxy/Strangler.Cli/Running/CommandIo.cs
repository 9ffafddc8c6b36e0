using System.CommandLine;
using Spectre.Console;

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
        Terminal = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Json ? _error : _output),
            Ansi = Interactive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = Interactive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = Interactive ? InteractionSupport.Detect : InteractionSupport.No,
        });
        // Without a terminal there is no width: tables must not be folded for whoever reads the log.
        if (!Interactive) Terminal.Profile.Width = 200;
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
}
