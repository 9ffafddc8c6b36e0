using System.Collections.Concurrent;
using System.Globalization;
using Strangler.Cli.Rehearse.Scratch;
using Strangler.Cli.Up;

namespace Strangler.Cli.Rehearse.Faults;

/// <summary>Hurts the system of a rehearsal, and notes what it did.</summary>
internal sealed class FaultHand(ScratchSystem scratch, FaultKinds kinds, Action<string> say)
{
    private static readonly TimeSpan Down = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Hurting = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenCuts = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(150);
    // Connections of clients that met the kill end a little later than the process starts again.
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(5);
    private readonly ConcurrentQueue<string> _done = new();
    private readonly ConcurrentDictionary<string, bool> _killed = new(StringComparer.Ordinal);
    private long _interruptsUntil;

    public FaultKinds Kinds => kinds;

    /// <summary>What was done, in order.</summary>
    public IReadOnlyList<string> Done => [.. _done];

    /// <summary>True while a kill may have taken an answer away.</summary>
    public bool MayInterrupt => TimeProvider.System.GetTimestamp() < Interlocked.Read(ref _interruptsUntil);

    /// <summary>True for a process that was killed on purpose.</summary>
    public bool HasKilled(string process) => _killed.ContainsKey(process);

    /// <summary>Kills a process while clients go on, starts it again, and returns once it answers.</summary>
    public async Task KillAsync(string? process, string when, CancellationToken cancellationToken)
    {
        if (!kinds.HasFlag(FaultKinds.Kill) || process is null) return;
        _killed[process] = true;
        Interlocked.Exchange(ref _interruptsUntil, long.MaxValue);
        var child = scratch.System.Running.Find(process)!;
        Signal.End(child.Running.Pid);
        await child.Exited.WaitAsync(cancellationToken);
        await Task.Delay(Down, TimeProvider.System, cancellationToken);
        var outcome = await scratch.System.Control.StartAsync(process, new ProcessChange(Build: false), static _ => { }, cancellationToken);
        var end = TimeProvider.System.GetTimestamp() + (long)(Afterwards.TotalSeconds * TimeProvider.System.TimestampFrequency);
        Interlocked.Exchange(ref _interruptsUntil, end);
        Note(string.Create(CultureInfo.InvariantCulture, $"{when}: '{process}' killed; it answered again {outcome.Seconds:0.0} s after its start"));
    }

    /// <summary>Delays and cuts what the sides send each other, for a while.</summary>
    public async Task DisturbAsync(string when, CancellationToken cancellationToken)
    {
        if (kinds.HasFlag(FaultKinds.Slow)) await SlowAsync(when, cancellationToken);
        if (kinds.HasFlag(FaultKinds.Drop)) await DropAsync(when, cancellationToken);
    }

    private async Task SlowAsync(string when, CancellationToken cancellationToken)
    {
        scratch.Peers.Delay(Delay);
        try
        {
            await Task.Delay(Hurting, TimeProvider.System, cancellationToken);
        }
        finally
        {
            scratch.Peers.Delay(TimeSpan.Zero);
        }

        Note(string.Create(CultureInfo.InvariantCulture, $"{when}: everything between the sides {Delay.TotalMilliseconds:0} ms late for {Hurting.TotalSeconds:0} s"));
    }

    private async Task DropAsync(string when, CancellationToken cancellationToken)
    {
        var (began, cut) = (TimeProvider.System.GetTimestamp(), 0);
        while (TimeProvider.System.GetElapsedTime(began) < Hurting)
        {
            cut += scratch.Peers.Cut();
            await Task.Delay(BetweenCuts, TimeProvider.System, cancellationToken);
        }

        Note(string.Create(CultureInfo.InvariantCulture, $"{when}: {cut} connections between the sides cut within {Hurting.TotalSeconds:0} s"));
    }

    private void Note(string what)
    {
        _done.Enqueue(what);
        say(what);
    }
}
