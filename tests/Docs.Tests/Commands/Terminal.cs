using System.Diagnostics;
using System.Globalization;
using TestKit;
using TestKit.Processes;

namespace Docs.Tests.Commands;

/// <summary>A bash that blocks are typed into.</summary>
internal sealed class Terminal : IAsyncDisposable
{
    private const string Setup = "Terminal.sh";
    private readonly string _mark = $"end-{Guid.NewGuid():N}";
    private readonly string _directory;
    private readonly Process _bash;
    private readonly Task _reading;
    private volatile TypedBlock? _block;
    private int _count;

    private Terminal(int number, SessionSettings settings)
    {
        Number = number;
        _directory = Directory.CreateDirectory(Path.Combine(settings.Scripts, $"terminal-{number}")).FullName;
        var start = new ProcessStartInfo("env", ["--default-signal", "bash", "--noprofile", "--norc"])
        {
            WorkingDirectory = settings.Directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in settings.Environment)
        {
            start.Environment[name] = value;
        }

        _bash = Process.Start(start) ?? throw new InvalidOperationException("bash did not start.");
        _reading = ReadAsync();
    }

    public int Number { get; }

    /// <summary>What was typed last; null before the first block.</summary>
    public TypedBlock? Block => _block;

    public static async Task<Terminal> OpenAsync(int number, SessionSettings settings)
    {
        var terminal = new Terminal(number, settings);
        await terminal.SendAsync(await ReadSetupAsync());
        return terminal;
    }

    /// <summary>Types a block; what was typed before must have ended.</summary>
    public async Task<TypedBlock> TypeAsync(TypeStep step, string commands)
    {
        var file = Path.Combine(_directory, $"{++_count}.sh");
        await File.WriteAllTextAsync(file, commands + "\n");
        var block = new TypedBlock(step);
        _block = block;
        await SendAsync(
            $$"""
            __docs_failed= __docs_line=
            source '{{file}}' </dev/null
            printf '\n%s %s %s\n' {{_mark}} "${__docs_failed:-0}" "${__docs_line:-0}"

            """
        );
        return block;
    }

    /// <summary>Sends a signal to the command that runs in the foreground, and to what it has started in its group.</summary>
    public async Task PressAsync(ProcessSignal signal)
    {
        var group = 0;
        await Eventually.TrueAsync(() => (group = ProcessTable.NewestChildOf(_bash.Id)) != 0, what: "A command to interrupt");
        ProcessTable.Send(-group, signal);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_bash.HasExited)
        {
            _bash.Kill(entireProcessTree: true);
            await _bash.WaitForExitAsync();
        }

        // What has left the tree may hold the pipe open.
        await Task.WhenAny(_reading, Task.Delay(TimeSpan.FromSeconds(2)));
        _bash.Dispose();
    }

    private static async Task<string> ReadSetupAsync()
    {
        await using var stream = typeof(Terminal).Assembly.GetManifestResourceStream(Setup)!;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private async Task SendAsync(string text)
    {
        await _bash.StandardInput.WriteAsync(text.ReplaceLineEndings("\n"));
        await _bash.StandardInput.FlushAsync();
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        var line = "";
        int count;
        while ((count = await _bash.StandardOutput.ReadAsync(buffer)) > 0)
        {
            line += new string(buffer, 0, count);
            for (int end; (end = line.IndexOf('\n', StringComparison.Ordinal)) >= 0; line = line[(end + 1)..])
            {
                Take(line[..(end + 1)]);
            }
        }

        _block?.Append(line);
        _block?.EndWith(new BlockEnd(-1, 0));
    }

    private void Take(string line)
    {
        if (line.StartsWith(_mark, StringComparison.Ordinal))
        {
            var numbers = line.Split(' ').Skip(1).Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToList();
            _block?.EndWith(new BlockEnd(numbers[0], numbers[1]));
        }
        else
        {
            _block?.Append(line);
        }
    }
}
