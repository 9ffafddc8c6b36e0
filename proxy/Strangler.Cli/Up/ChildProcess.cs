using System.Diagnostics;

namespace Strangler.Cli.Up;

/// <summary>A process of the system while it runs: its output goes to its log, its last lines are kept for the moment it dies.</summary>
internal sealed class ChildProcess : IDisposable
{
    private const int LinesKept = 20;
    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Action<string>? _show;
    private readonly Queue<string> _last = new();
    private readonly Task _output;

    private ChildProcess(string name, string url, string healthUrl, string logFile, Process process, StreamWriter log, Action<string>? show)
    {
        (Name, HealthUrl, LogFile, _process, _log, _show) = (name, healthUrl, logFile, process, log, show);
        Running = new RunningProcess(name, process.Id, ProcessIdentity.Of(process.Id) ?? "", url);
        _output = Task.WhenAll(PumpAsync(process.StandardOutput), PumpAsync(process.StandardError));
        Exited = ExitedAsync();
    }

    public string Name { get; }

    public string HealthUrl { get; }

    public string LogFile { get; }

    public RunningProcess Running { get; }

    /// <summary>Completes with the exit code when the process has ended and its output is read.</summary>
    public Task<int> Exited { get; }

    /// <summary>True when it ended, or is about to end, because it was asked to.</summary>
    public bool AskedToEnd { get; private set; }

    public static ChildProcess Start(string name, string url, string healthUrl, string logFile, ProcessStartInfo start, Action<string>? show)
    {
        if (File.Exists(logFile)) File.Move(logFile, Path.ChangeExtension(logFile, ".previous.log"), overwrite: true);
        var log = new StreamWriter(new FileStream(logFile, FileMode.Create, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        return new ChildProcess(name, url, healthUrl, logFile, process, log, show);
    }

    public IReadOnlyList<string> LastLines()
    {
        lock (_last) return [.. _last];
    }

    /// <summary>Asks the process to end and ends it when it has not within <paramref name="grace"/>.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        if (Exited.IsCompleted) return;
        AskedToEnd = true;
        Signal.AskToEnd(_process.Id);
        if (await Task.WhenAny(Exited, Task.Delay(grace)) == Exited) return;
        Signal.End(_process.Id);
        await Exited;
    }

    public void Dispose()
    {
        _process.Dispose();
        _log.Dispose();
    }

    private async Task<int> ExitedAsync()
    {
        await _process.WaitForExitAsync();
        // A grandchild may hold the pipes open for ever; what this process has written arrives at once.
        await Task.WhenAny(_output, Task.Delay(TimeSpan.FromSeconds(1)));
        return _process.ExitCode;
    }

    private async Task PumpAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_last)
            {
                _last.Enqueue(line);
                if (_last.Count > LinesKept) _last.Dequeue();
                if (_log.BaseStream.CanWrite) _log.WriteLine(line);
            }

            _show?.Invoke($"{Name,-8} | {line}");
        }
    }
}
