using System.IO.Pipes;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up.Control;

/// <summary>Takes commands for single processes through a pipe that only the same user can open.</summary>
internal sealed class ControlServer : IDisposable
{
    private const int MostBytes = 16 * 1024;
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(5);
    private readonly ProcessControl _control;
    private NamedPipeServerStream _next;

    public ControlServer(ProcessControl control)
    {
        _control = control;
        var name = $"strangler-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        // A path, so that a command with another TMPDIR finds it; not in the data directory, as the path of a socket has to be short.
        Address = OperatingSystem.IsWindows() ? name : Path.Combine(Path.GetTempPath(), name + ".sock");
        _next = Open();
    }

    /// <summary>What the other commands connect to.</summary>
    public string Address { get; }

    /// <summary>Answers until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var talks = new List<Task>();
        while (await ConnectedAsync(cancellationToken) is { } pipe)
        {
            talks.RemoveAll(static t => t.IsCompleted);
            talks.Add(TalkAsync(pipe, cancellationToken));
        }

        await Task.WhenAll(talks);
    }

    public void Dispose() => _next.Dispose();

    private NamedPipeServerStream Open() => new(
        Address,
        PipeDirection.InOut,
        NamedPipeServerStream.MaxAllowedServerInstances,
        PipeTransmissionMode.Byte,
        PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);

    /// <returns>A connection; null when cancelled.</returns>
    private async Task<NamedPipeServerStream?> ConnectedAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var pipe = _next;
            try
            {
                await pipe.WaitForConnectionAsync(cancellationToken);
                // The next one is there before this one is answered: the address never vanishes.
                _next = Open();
                return pipe;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It left at once, or is another user.
                _next = Open();
                await pipe.DisposeAsync();
            }
        }

        return null;
    }

    private async Task TalkAsync(NamedPipeServerStream pipe, CancellationToken cancellationToken)
    {
        await using var owned = pipe;
        var answer = new AnswerWriter(pipe);
        try
        {
            var request = await ReadAsync(pipe, cancellationToken);
            answer.Write(new ControlAnswer { Done = await DoAsync(request, answer, cancellationToken) });
        }
        catch (CommandFailure failure)
        {
            var document = JsonSerializer.SerializeToNode(failure.Document, failure.Document.GetType(), Json.Options);
            answer.Write(new ControlAnswer { Failed = new ControlFailure(failure.Message, failure.Code, document) });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            answer.Write(new ControlAnswer { Failed = new ControlFailure("'strangler up' was stopped meanwhile.", ExitCode.Failed, null) });
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            answer.Write(new ControlAnswer { Failed = new ControlFailure(error.Message, ExitCode.Failed, null) });
        }
    }

    private Task<ProcessOutcome> DoAsync(ControlRequest request, AnswerWriter answer, CancellationToken cancellationToken)
    {
        var change = new ProcessChange(request.Project, request.Build);
        return request.Verb switch
        {
            "stop" => _control.StopAsync(request.Name, cancellationToken),
            "start" => _control.StartAsync(request.Name, change, Say, cancellationToken),
            "restart" => _control.RestartAsync(request.Name, change, Say, cancellationToken),
            _ => throw new CommandFailure($"The 'strangler up' that runs does not know '{request.Verb}'; is it of another version?"),
        };

        void Say(string text) => answer.Write(new ControlAnswer { Say = text });
    }

    private static async Task<ControlRequest> ReadAsync(NamedPipeServerStream pipe, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ReadLimit);
        var line = new byte[MostBytes];
        var length = 0;
        try
        {
            while (length < MostBytes)
            {
                var read = await pipe.ReadAsync(line.AsMemory(length), limit.Token);
                length += read;
                if (read == 0 || line.AsSpan(0, length).Contains((byte)'\n')) break;
            }

            return JsonSerializer.Deserialize<ControlRequest>(Encoding.UTF8.GetString(line, 0, length), ControlJson.Options) ?? throw Unreadable();
        }
        catch (JsonException)
        {
            throw Unreadable();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreadable();
        }
    }

    private static CommandFailure Unreadable() => new("The command was not understood; is it of another version than the 'strangler up' that runs?");
}
