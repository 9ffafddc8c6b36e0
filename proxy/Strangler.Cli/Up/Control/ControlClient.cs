using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up.Control;

/// <summary>Asks the <c>up</c> that runs on a data directory to do something with one of its processes.</summary>
internal static class ControlClient
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);

    /// <exception cref="CommandFailure">It was not done; the message says why.</exception>
    public static async Task<ProcessOutcome> AskAsync(UpState up, ControlRequest request, Action<string> say, CancellationToken cancellationToken)
    {
        if (up.Control is null)
            throw new CommandFailure($"The 'strangler up' of process {up.Pid} is still starting. Try again once it says that everything is ready.");
        try
        {
            await using var pipe = new NamedPipeClientStream(".", up.Control, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
            await pipe.ConnectAsync(ConnectLimit, cancellationToken);
            await pipe.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(request, ControlJson.Options) + "\n"), cancellationToken);
            return await AnswerAsync(pipe, say, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new CommandFailure($"The 'strangler up' of process {up.Pid} does not take commands. It may be stopping; its terminal shows what it does.");
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailure($"The 'strangler up' of process {up.Pid} belongs to another user, who alone can stop and start its processes.");
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            throw Left(up);
        }
    }

    private static async Task<ProcessOutcome> AnswerAsync(Stream pipe, Action<string> say, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(pipe, leaveOpen: true);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            var answer = JsonSerializer.Deserialize<ControlAnswer>(line, ControlJson.Options)!;
            if (answer.Say is { } text) say(text);
            if (answer.Failed is { } failed) throw new CommandFailure(failed.Message, failed.ExitCode, failed.Document);
            if (answer.Done is { } done) return done;
        }

        throw new IOException("The answer ended early.");
    }

    private static CommandFailure Left(UpState up) =>
        new($"The 'strangler up' of process {up.Pid} ended before it had answered. Look at its terminal; its processes' logs are beside {up.KeyFile}.");
}
