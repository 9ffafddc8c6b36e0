using System.Diagnostics;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>All processes of one run. Whatever ends the run, they are stopped with it.</summary>
internal sealed class RunningSystem(UpLayout layout, Action<string>? show) : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private readonly List<ChildProcess> _processes = [];

    public IReadOnlyList<ChildProcess> Processes => _processes;

    public void Start(string name, string url, string healthUrl, ProcessStartInfo start)
    {
        _processes.Add(ChildProcess.Start(name, url, healthUrl, layout.LogOf(name), start, show));
        // At once: from here on a killed "up" leaves this process behind, and the next one must know it.
        new UpState(Environment.ProcessId, layout.PublicUrl, layout.AdminUrl, layout.AdminKeyFile, [.. _processes.Select(static p => p.Running)]).Write(layout.StateFile);
    }

    /// <summary>Waits until every process answers.</summary>
    /// <exception cref="CommandFailure">One died, or did not answer in time.</exception>
    public async Task ReadyAsync(Action<ChildProcess> ready, CancellationToken cancellation)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var waiting = _processes.Select(async process =>
        {
            await Health.WaitAsync(client, process, ReadyLimit, giveUp.Token);
            ready(process);
        }).ToList();
        var dying = AnyExitAsync();
        try
        {
            while (waiting.Count > 0)
            {
                var first = await Task.WhenAny([dying, .. waiting]);
                await first;
                waiting.Remove(first);
            }
        }
        finally
        {
            await giveUp.CancelAsync();
        }
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="CommandFailure">A process died.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellation.Register(stopped.SetResult))
        {
            await await Task.WhenAny(AnyExitAsync(), stopped.Task);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The proxy, started last, goes first: requests under way still find the sides.
        if (_processes is [.. var sides, var proxy])
        {
            await proxy.StopAsync(StopLimit);
            await Task.WhenAll(sides.Select(static p => p.StopAsync(StopLimit)));
        }

        foreach (var process in _processes) process.Dispose();
        File.Delete(layout.StateFile);
    }

    private async Task AnyExitAsync()
    {
        await Task.WhenAny(_processes.Select(static p => p.Exited));
        var dead = _processes.First(static p => p.Exited.IsCompleted);
        throw Death(dead, await dead.Exited);
    }

    private static CommandFailure Death(ChildProcess dead, int exitCode)
    {
        var lines = dead.LastLines();
        var said = lines.Count == 0 ? "It printed nothing." : $"Its last lines:\n{string.Join('\n', lines.Select(static l => "  " + l))}";
        return new CommandFailure(
            $"'{dead.Name}' ended with exit code {exitCode}; the rest is stopped. {said}\nAll of its output: {dead.LogFile}",
            document: new { error = $"'{dead.Name}' ended with exit code {exitCode}.", process = dead.Name, exitCode, lastLines = lines, log = dead.LogFile });
    }
}
