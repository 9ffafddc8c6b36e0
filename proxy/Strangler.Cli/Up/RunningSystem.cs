using System.Diagnostics;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>All processes of one run, by name. Whatever ends the run, they are stopped with it.</summary>
internal sealed class RunningSystem(UpLayout layout, Action<string>? show) : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private readonly List<ChildProcess> _processes = [];
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _control;

    /// <summary>The last process of each name, running or not, in the order in which they were first started.</summary>
    public IReadOnlyList<ChildProcess> Processes
    {
        get
        {
            lock (_gate) return [.. _processes];
        }
    }

    public ChildProcess? Find(string name) => Processes.FirstOrDefault(p => p.Name == name);

    public ChildProcess Start(string name, string url, string healthUrl, ProcessStartInfo start)
    {
        lock (_gate)
        {
            var index = _processes.FindIndex(p => p.Name == name);
            if (index >= 0) _processes[index].Dispose();
            var process = ChildProcess.Start(name, url, healthUrl, layout.LogOf(name), start, show);
            if (index >= 0) _processes[index] = process;
            else _processes.Add(process);
            // At once: from here on a killed "up" leaves this process behind, and the next one must know it.
            Changed();
            return process;
        }
    }

    /// <summary>Stops a process; those that it leaves behind go on.</summary>
    public async Task StopAsync(ChildProcess process)
    {
        await process.StopAsync(StopLimit);
        lock (_gate) Changed();
    }

    /// <summary>From now on commands are taken there.</summary>
    public void TakeCommandsAt(string control)
    {
        lock (_gate)
        {
            _control = control;
            Changed();
        }
    }

    /// <summary>Waits until every process answers.</summary>
    /// <exception cref="CommandFailure">One died, or did not answer in time.</exception>
    public async Task ReadyAsync(Action<ChildProcess> ready, CancellationToken cancellation)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var waiting = Processes.Select(async process =>
        {
            await ReadyAsync(process, giveUp.Token);
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
        catch (CommandFailure failure)
        {
            throw new CommandFailure($"{failure.Message}\nThe rest is stopped.", failure.Code, failure.Document);
        }
        finally
        {
            await giveUp.CancelAsync();
        }
    }

    /// <summary>Waits until one process answers.</summary>
    /// <exception cref="CommandFailure">It died, or did not answer in time.</exception>
    public async Task ReadyAsync(ChildProcess process, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var health = Health.WaitAsync(_client, process, ReadyLimit, giveUp.Token);
        var first = await Task.WhenAny(health, process.Exited);
        if (first == process.Exited)
        {
            await giveUp.CancelAsync();
            throw new ProcessDeath(process, await process.Exited).Failure();
        }

        await health;
    }

    /// <summary>Runs until cancelled. A process that ends without being asked to is reported, and the rest goes on.</summary>
    public async Task RunAsync(Action<ProcessDeath> died, CancellationToken cancellation)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(stopped.SetResult);
        var reported = new HashSet<ChildProcess>();
        while (!stopped.Task.IsCompleted)
        {
            Task changed;
            lock (_gate) changed = _changed.Task;
            var watched = Processes.Where(p => !reported.Contains(p)).ToList();
            await Task.WhenAny([stopped.Task, changed, .. watched.Select(static p => p.Exited)]);
            if (stopped.Task.IsCompleted) return;
            foreach (var dead in watched.Where(static p => p.Exited.IsCompleted))
            {
                reported.Add(dead);
                lock (_gate) Changed();
                if (!dead.AskedToEnd) died(new ProcessDeath(dead, await dead.Exited));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The proxy goes first: requests under way still find the sides.
        var processes = Processes;
        await Task.WhenAll(processes.Where(static p => p.Name == UpFile.ProxyName).Select(static p => p.StopAsync(StopLimit)));
        await Task.WhenAll(processes.Where(static p => p.Name != UpFile.ProxyName).Select(static p => p.StopAsync(StopLimit)));
        foreach (var process in processes) process.Dispose();
        _client.Dispose();
        File.Delete(layout.StateFile);
    }

    private void Changed()
    {
        var running = _processes.Where(static p => !p.Exited.IsCompleted).Select(static p => p.Running);
        var state = new UpState(Environment.ProcessId, layout.PublicUrl, layout.AdminUrl, layout.AdminKeyFile, [.. running])
        {
            Started = ProcessIdentity.Of(Environment.ProcessId),
            Control = _control,
        };
        state.Write(layout.StateFile);
        var before = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        before.SetResult();
    }

    private async Task AnyExitAsync()
    {
        var processes = Processes;
        await Task.WhenAny(processes.Select(static p => p.Exited));
        var dead = processes.First(static p => p.Exited.IsCompleted);
        throw new ProcessDeath(dead, await dead.Exited).Failure();
    }
}
