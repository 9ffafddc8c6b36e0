using System.Diagnostics;
using System.Globalization;

namespace Docs.Tests.Commands;

/// <summary>A file with everything that was typed and seen, for the results of the tests.</summary>
internal sealed class SessionLog(string file)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public string File => file;

    public void Typed(int terminal, TypeStep step, string commands) =>
        Write($"{Now} terminal {terminal}, {step.Place}\n{Indent("$ ", commands)}\n");

    public void Seen(int terminal, TypedBlock block, TimeSpan duration)
    {
        var end = block.End is { } ended ? $"exit code {ended.ExitCode}" : "still running";
        Write($"{Indent("  ", block.Output.TrimEnd())}\n{Now} terminal {terminal}: {end}, {Seconds(duration)} s\n\n");
    }

    public void Note(string text) => Write($"{Now} {text}\n\n");

    private string Now => $"[{Seconds(_watch.Elapsed)} s]";

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Indent(string with, string text) => string.Join('\n', text.Split('\n').Select(line => with + line));

    private void Write(string text) => System.IO.File.AppendAllText(file, text);
}
