using System.Diagnostics;
using System.Net;
using System.Text;

namespace TestKit.Processes;

/// <summary>A real process of a program in this repository. It is ended with the test, together with what it started.</summary>
public sealed class TestProcess : IAsyncDisposable
{
    private const int LinesKept = 200;
    private static readonly TimeSpan PauseLimit = TimeSpan.FromSeconds(60);
    private static readonly HttpClient HealthClient = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
    private readonly TestProcessStart _start;
    private readonly FreePort? _port;
    private readonly Queue<string> _lines = new();
    private readonly StringBuilder _standardOutput = new();
    private Process _process;
    private Task _output;

    private TestProcess(TestProcessStart start)
    {
        _start = start;
        _port = start.Url is null ? FreePort.Take() : null;
        Url = start.Url ?? new Uri(_port!.Url);
        (_process, _output) = Spawn();
    }

    public string Name => _start.Name;

    public Uri Url { get; }

    public int Id => _process.Id;

    /// <summary>Processor time used so far, of all cores.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines of both streams.</summary>
    public string Output
    {
        get
        {
            lock (_lines) return string.Join('\n', _lines);
        }
    }

    /// <summary>All of standard output.</summary>
    public string StandardOutput
    {
        get
        {
            lock (_lines) return _standardOutput.ToString();
        }
    }

    public static async Task<TestProcess> StartAsync(TestProcessStart start)
    {
        var process = new TestProcess(start);
        try
        {
            await process.ReadyAsync();
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public void Send(ProcessSignal signal)
    {
        if (!_process.HasExited && Libc.Kill(_process.Id, (int)signal) != 0 && !_process.HasExited)
            throw new InvalidOperationException($"{Name} could not be sent {signal}.");
    }

    public Task KillAsync() => SendAndWaitAsync(ProcessSignal.Kill);

    public Task StopAsync() => SendAndWaitAsync(ProcessSignal.Terminate);

    /// <summary>Stops the process, and returns once none of its threads runs any more.</summary>
    public void Pause()
    {
        Send(ProcessSignal.Stop);
        // One thread gets the signal and has the others stop. On a busy machine it may be long before it runs, and until then the others do their work: what is
        // looked at in the meantime, locks for example, is not yet what the stopped process holds.
        if (!SpinWait.SpinUntil(StandsStill, PauseLimit)) throw new TimeoutException($"{Name} did not stop within {PauseLimit.TotalSeconds:0} s.");
    }

    public void Resume() => Send(ProcessSignal.Continue);

    /// <summary>Starts the same program on the same URL again, after <see cref="KillAsync"/> or <see cref="StopAsync"/> or instead of them.</summary>
    public async Task RestartAsync()
    {
        if (!_process.HasExited) await StopAsync();
        _process.Dispose();
        (_process, _output) = Spawn();
        await ReadyAsync();
    }

    public async Task<int> WaitForExitAsync(TimeSpan? limit = null)
    {
        using var giveUp = new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(30));
        try
        {
            await _process.WaitForExitAsync(giveUp.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} did not end. Its last lines:\n{Output}");
        }

        await Task.WhenAny(_output, Task.Delay(TimeSpan.FromSeconds(1)));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Send(ProcessSignal.Continue);
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _port?.Dispose();
    }

    private bool StandsStill()
    {
        if (_process.HasExited) return true;
        try
        {
            return Directory.EnumerateDirectories($"/proc/{_process.Id}/task").All(static thread => IsStopped(File.ReadAllText(Path.Combine(thread, "stat"))));
        }
        catch (IOException)
        {
            // A thread that ended while it was looked at: another look follows.
            return false;
        }
    }

    // The state follows the command in parentheses, which may hold blanks and parentheses itself.
    private static bool IsStopped(string stat) => stat[stat.LastIndexOf(')')..].StartsWith(") T", StringComparison.Ordinal);

    private async Task SendAndWaitAsync(ProcessSignal signal)
    {
        Send(signal);
        await WaitForExitAsync();
    }

    private (Process Process, Task Output) Spawn()
    {
        var assembly = RepositoryRoot.AssemblyOf(_start.Project);
        var url = _start.PassUrl ? new[] { "--urls", Url.ToString().TrimEnd('/') } : [];
        var start = new ProcessStartInfo(Dotnet.Path, [assembly, .. _start.Arguments, .. url])
        {
            WorkingDirectory = _start.WorkingDirectory ?? (_start.Project.EndsWith(".dll", StringComparison.Ordinal) ? Path.GetDirectoryName(assembly)! : RepositoryRoot.File(_start.Project)),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _start.Environment) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{Name} did not start.");
        return (process, Task.WhenAll(PumpAsync(process.StandardOutput, keep: true), PumpAsync(process.StandardError, keep: false)));
    }

    private async Task ReadyAsync()
    {
        if (_start.Health is null) return;
        var health = new Uri(Url, _start.Health);
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (_process.HasExited)
            {
                await WaitForExitAsync();
                throw new InvalidOperationException($"{Name} ended with exit code {_process.ExitCode}. Its last lines:\n{Output}");
            }

            if (await IsReadyAsync(health)) return;
            if (watch.Elapsed > _start.ReadyLimit) throw new TimeoutException($"{Name} was not ready at {health} within {_start.ReadyLimit.TotalSeconds:0} s. Its last lines:\n{Output}");
            await Task.Delay(20);
        }
    }

    private static async Task<bool> IsReadyAsync(Uri health)
    {
        try
        {
            using var answer = await HealthClient.GetAsync(health);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private async Task PumpAsync(StreamReader reader, bool keep)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lines)
            {
                _lines.Enqueue(line);
                if (_lines.Count > LinesKept) _lines.Dequeue();
                if (keep) _standardOutput.AppendLine(line);
                if (_start.Log is { } log) File.AppendAllText(log, line + "\n");
            }
        }
    }
}
