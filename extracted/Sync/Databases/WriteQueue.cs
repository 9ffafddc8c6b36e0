namespace Sync.Databases;

/// <summary>
/// First come, first served among the writers of one database in this process. SQLite has one writer at a time, and Microsoft.Data.Sqlite sleeps 150 ms between
/// its tries: without a queue, a fence under load waits for luck. The short steps that everybody else waits for (fence, open, acknowledgement) go first: they wait for
/// the write under way, not for those queued behind it.
/// </summary>
internal sealed class WriteQueue
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource<IDisposable>> _waiting = new();
    private readonly LinkedList<TaskCompletionSource<IDisposable>> _urgent = new();
    private bool _taken;

    /// <summary>How many wait ahead of the others.</summary>
    public int UrgentWaiting
    {
        get
        {
            lock (_lock) return _urgent.Count;
        }
    }

    public ValueTask<IDisposable> EnterAsync(bool urgent, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<TaskCompletionSource<IDisposable>> node;
        lock (_lock)
        {
            if (!_taken)
            {
                _taken = true;
                return new ValueTask<IDisposable>(new Turn(this));
            }

            node = (urgent ? _urgent : _waiting).AddLast(new TaskCompletionSource<IDisposable>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        return cancellationToken.CanBeCanceled ? new ValueTask<IDisposable>(WaitAsync(node, cancellationToken)) : new ValueTask<IDisposable>(node.Value.Task);
    }

    private async Task<IDisposable> WaitAsync(LinkedListNode<TaskCompletionSource<IDisposable>> node, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(() =>
        {
            lock (_lock)
            {
                // Whoever is out of the list has been given the turn already and must take it.
                if (node.List is not { } list) return;
                list.Remove(node);
            }

            node.Value.TrySetCanceled(cancellationToken);
        });
        return await node.Value.Task;
    }

    private void Leave()
    {
        TaskCompletionSource<IDisposable> next;
        lock (_lock)
        {
            if ((_urgent.First ?? _waiting.First) is not { } first)
            {
                _taken = false;
                return;
            }

            first.List!.Remove(first);
            next = first.Value;
        }

        next.SetResult(new Turn(this));
    }

    private sealed class Turn(WriteQueue queue) : IDisposable
    {
        private WriteQueue? _queue = queue;

        public void Dispose() => Interlocked.Exchange(ref _queue, null)?.Leave();
    }
}
