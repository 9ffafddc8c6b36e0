namespace Sync.Delivery;

/// <summary>
/// What is sent again over a channel that brings answers later. A message may have been lost, so whatever was not answered in time is sent once more. But a receiver that is
/// down answers nothing, and its queue keeps every copy: until it is heard from, one of them in turn is sent each time to ask, and the others wait.
/// </summary>
internal sealed class Repeats
{
    private readonly HashSet<long> _repeated = [];
    private long _answers;
    private int _turn;

    /// <summary>Those to send.</summary>
    /// <param name="pending">What may be sent now.</param>
    /// <param name="answers">How often the receiver was heard from; whether that has grown is all that counts.</param>
    public List<PendingDelivery> Choose(List<PendingDelivery> pending, long answers)
    {
        if (answers != _answers)
        {
            _repeated.Clear();
            _answers = answers;
        }

        var known = pending.FindAll(delivery => delivery.IsAwaited && !_repeated.Add(delivery.Message.Position));
        if (known.Count == 0) return pending;
        var waits = known.Select(delivery => delivery.Message.Position).ToHashSet();
        waits.Remove(known[_turn++ % known.Count].Message.Position);
        return pending.FindAll(delivery => !waits.Contains(delivery.Message.Position));
    }
}
