using Spectre.Console.Rendering;

namespace Strangler.Cli.Running;

/// <summary>
/// An expected failure: the message says what is wrong and how to mend it, and is all that the user sees.
/// </summary>
/// <param name="message">What is wrong, and how to mend it.</param>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="document">What <c>--json</c> prints; by default <c>{"error": message}</c>.</param>
internal sealed class CommandFailure(string message, int exitCode = ExitCode.Failed, object? document = null) : Exception(message)
{
    /// <summary>What is shown below the message.</summary>
    public IRenderable? Details { get; init; }

    public int Code { get; } = exitCode;

    public object Document { get; } = document ?? new { error = message };
}
