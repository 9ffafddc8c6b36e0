using System.Text.Json;
using System.Text.Json.Nodes;

namespace Strangler.Cli.Up.Control;

/// <summary>What a command asks of the <c>up</c> that runs: one line of JSON.</summary>
/// <param name="Verb">stop, start or restart.</param>
/// <param name="Name">The process.</param>
/// <param name="Project">The absolute path of another project.</param>
/// <param name="Build">Whether it may be built first.</param>
internal sealed record ControlRequest(string Verb, string Name, string? Project, bool Build);

/// <summary>A line of the answer: something to show, and at last either what was done or why not.</summary>
internal sealed record ControlAnswer
{
    public string? Say { get; init; }

    public ProcessOutcome? Done { get; init; }

    public ControlFailure? Failed { get; init; }
}

/// <summary>Why a command was not done.</summary>
internal sealed record ControlFailure(string Message, int ExitCode, JsonNode? Document);

/// <summary>How both are written: without line breaks, as a line is a message.</summary>
internal static class ControlJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
}
