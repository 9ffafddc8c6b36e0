using Sync.Outbox;

namespace Sync.DryRuns;

internal enum DryRunOutcome
{
    /// <summary>The request went through its handler, and everything is rolled back.</summary>
    Done,

    /// <summary>It cannot be known what the write would do.</summary>
    Unsupported,

    /// <summary>Others were in the way for as long as the dry run may take.</summary>
    Busy,

    /// <summary>The time was over before the handler was.</summary>
    Late,
}

/// <summary>
/// One request that is run dry. Its database work goes through <see cref="DryRunTransaction"/>; what it would have told the other side is collected here. Once it is over,
/// by its end, by its time or because the client has gone, nothing more is let through, and the transaction ends as soon as no command is in it.
/// </summary>
internal sealed class DryRun
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, List<OutboxChange>> _changes = new(StringComparer.Ordinal);
    private int _inside;
    private bool _over;
    private string? _refusal;

    public DryRun(string module, DryRunStart start, CancellationToken stop)
    {
        (Module, Stop) = (module, stop);
        Transaction = new DryRunTransaction(this, start);
    }

    /// <summary>The module that the request is asked of; this side must be its follower.</summary>
    public string Module { get; }

    /// <summary>Is cancelled with the request, and when the time is over.</summary>
    public CancellationToken Stop { get; }

    public DryRunTransaction Transaction { get; }

    /// <summary>Why the answer, whatever it is, says nothing.</summary>
    public string? Refusal
    {
        get
        {
            lock (_lock) return _refusal;
        }
    }

    /// <summary>True while it waits for others, and for good where they took too long.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>True once nothing more is let in.</summary>
    public bool IsOver
    {
        get
        {
            lock (_lock) return _over;
        }
    }

    public DryRunOutcome Outcome { get; set; } = DryRunOutcome.Done;

    public IEnumerable<ChangeReport> Reports => _changes.Where(static module => module.Value.Count > 0).Select(static module => new ChangeReport(module.Key, 0, 0, 0, module.Value));

    /// <summary>Marks the run as refused, even where the handler catches what is thrown.</summary>
    public DryRunRefusedException Refused(string reason)
    {
        lock (_lock) _refusal ??= reason;
        return new DryRunRefusedException(reason);
    }

    public void Collect(string module, IEnumerable<OutboxChange> changes)
    {
        if (!_changes.TryGetValue(module, out var list)) _changes[module] = list = [];
        list.AddRange(changes);
    }

    /// <summary>How much is collected, to go back to.</summary>
    public IReadOnlyDictionary<string, int> Collected => _changes.ToDictionary(static module => module.Key, static module => module.Value.Count);

    public void Forget(IReadOnlyDictionary<string, int> before)
    {
        foreach (var (module, list) in _changes)
        {
            var kept = before.GetValueOrDefault(module);
            list.RemoveRange(kept, list.Count - kept);
        }
    }

    /// <summary>Every step in the database lies between this and <see cref="Exit"/>: its transaction is not taken away from under it.</summary>
    public void Enter()
    {
        lock (_lock)
        {
            if (_over || _refusal is not null) throw new DryRunRefusedException(_refusal ?? "its time is over");
            _inside++;
        }
    }

    public void Exit()
    {
        lock (_lock)
        {
            _inside--;
            if (!_over || _inside > 0) return;
        }

        Release();
    }

    /// <summary>Is complete once nothing of the run is left in the database.</summary>
    public Task Released => _released.Task;

    /// <summary>Lets nothing more in and rolls back, at once or as soon as the step under way has ended.</summary>
    public void End()
    {
        lock (_lock)
        {
            _over = true;
            if (_inside > 0) return;
        }

        Release();
    }

    /// <summary>Rolls back whatever is under way: for a step that its owner has left behind.</summary>
    public void Release()
    {
        try
        {
            Transaction.Release();
        }
        finally
        {
            _released.TrySetResult();
        }
    }
}
