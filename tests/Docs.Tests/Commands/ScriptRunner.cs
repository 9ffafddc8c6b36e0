using System.Diagnostics;
using TestKit;
using TestKit.Processes;

namespace Docs.Tests.Commands;

/// <summary>Does what pages say, step by step, and fails with the first that does not go as it is written.</summary>
internal sealed class ScriptRunner(SessionSettings settings) : IAsyncDisposable
{
    private readonly SortedDictionary<int, Terminal> _terminals = [];
    private readonly Dictionary<TypedBlock, Stopwatch> _watches = [];

    public async Task RunAsync(Script script)
    {
        if (script.Errors.Count > 0)
        {
            throw new ScriptFailure(string.Join('\n', script.Errors));
        }

        foreach (var step in script.Steps)
        {
            await RunAsync(step);
        }

        await LeaveAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var terminal in _terminals.Values)
        {
            await terminal.DisposeAsync();
        }
    }

    private Task RunAsync(Step step) =>
        step switch
        {
            TypeStep type => TypeAsync(type),
            PressStep press => PressAsync(press),
            SkippedStep skipped => SkipAsync(skipped),
            _ => throw new InvalidOperationException($"{step.Place}: unknown step."),
        };

    private Task SkipAsync(SkippedStep step)
    {
        settings.Log.Note($"{step.Place} is not run: {step.Reason}");
        return Task.CompletedTask;
    }

    private async Task TypeAsync(TypeStep step)
    {
        var terminal = await GetTerminalAsync(step.Terminal ?? 1);
        if (terminal.Block is { } before)
        {
            await WaitForEndAsync(terminal, before);
        }

        var commands = settings.ToTyped(step.Block.Text);
        settings.Log.Typed(terminal.Number, step, commands);
        var block = await terminal.TypeAsync(step, commands);
        _watches[block] = Stopwatch.StartNew();
        if (step.Terminal is null)
        {
            await WaitForEndAsync(terminal, block);
            CheckSeen(step, step.Expected, block.Output);
        }
        else if (step.Expected is { } expected)
        {
            await WaitForOutputAsync(terminal, block, expected);
        }
    }

    private async Task PressAsync(PressStep step)
    {
        if (_terminals.GetValueOrDefault(step.Terminal) is not { Block: { End: null } block } terminal)
        {
            var page = step.Place[..step.Place.LastIndexOf(':')];
            throw new ScriptFailure($"{step.Place}: nothing runs in terminal {step.Terminal}.", page);
        }

        settings.Log.Note($"{step.Place}: {step.Signal} to terminal {step.Terminal}");
        var before = block.Output.Length;
        block.WasInterrupted = true;
        await terminal.PressAsync(step.Signal);
        await WaitForEndAsync(terminal, block);
        CheckSeen(block.Step, step.Expected, block.Output[before..]);
    }

    private async Task<Terminal> GetTerminalAsync(int number)
    {
        if (!_terminals.TryGetValue(number, out var terminal))
        {
            _terminals[number] = terminal = await Terminal.OpenAsync(number, settings);
        }

        return terminal;
    }

    private async Task WaitForEndAsync(Terminal terminal, TypedBlock block)
    {
        var inTime = await IsSoonAsync(() => block.End is not null);
        Logged(terminal, block);
        if (!inTime)
        {
            throw Failure(block.Step, $"did not end within {settings.Limit}.", block);
        }

        CheckExit(block);
    }

    private async Task WaitForOutputAsync(Terminal terminal, TypedBlock block, ExpectedOutput expected)
    {
        bool IsSeen() => expected.FindMissing(settings.FromSeen(block.Output)) is null;

        var inTime = await IsSoonAsync(() => IsSeen() || block.End is not null);
        if (block.End is not null)
        {
            await WaitForEndAsync(terminal, block);
        }

        if (!inTime || !IsSeen())
        {
            Logged(terminal, block);
            CheckSeen(block.Step, expected, block.Output);
        }
    }

    private async Task<bool> IsSoonAsync(Func<bool> condition)
    {
        try
        {
            await Eventually.TrueAsync(condition, settings.Limit);
            return true;
        }
        catch (TimeoutException)
        {
            return condition();
        }
    }

    private void CheckExit(TypedBlock block)
    {
        var code = block.End!.ExitCode;
        var step = block.Step;
        if (code == step.ExitCode || (block.WasInterrupted && code == 130))
        {
            return;
        }

        var where = step.Block.Lines.ElementAtOrDefault(block.End.Line - 1);
        var at = where is null || code == 0 ? "" : $" at: {where.Trim()}";
        var what = code < 0 ? "ended its terminal." : $"exit code {code} instead of {step.ExitCode}{at}";
        throw Failure(step, what, block);
    }

    private void CheckSeen(TypeStep step, ExpectedOutput? expected, string output)
    {
        var seen = settings.FromSeen(output);
        if (expected?.FindMissing(seen) is { } missing)
        {
            throw ScriptFailure.Of(step, $"this line of the page is not in the output: {missing}", expected, seen);
        }
    }

    private ScriptFailure Failure(TypeStep step, string what, TypedBlock block) =>
        ScriptFailure.Of(step, what, step.Expected, settings.FromSeen(block.Output));

    private void Logged(Terminal terminal, TypedBlock block)
    {
        if (_watches.Remove(block, out var watch))
        {
            settings.Log.Seen(terminal.Number, block, watch.Elapsed);
        }
    }

    /// <summary>What has ended by itself must have ended well; the rest is ended as a reader would do it.</summary>
    private async Task LeaveAsync()
    {
        foreach (var terminal in _terminals.Values)
        {
            if (terminal.Block is not { } block)
            {
                continue;
            }

            if (block.End is null)
            {
                block.WasInterrupted = true;
                await terminal.PressAsync(ProcessSignal.Interrupt);
            }

            await WaitForEndAsync(terminal, block);
        }
    }
}
