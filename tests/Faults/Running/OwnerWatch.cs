using Faults.History;
using Faults.Storage;

namespace Faults.Running;

/// <summary>
/// Looks at both databases all the time: at most one may name its side as owner. A look is one reading of the first, one of the second, and another of the first:
/// a side that was owner of one epoch in both readings has been owner all the time between them.
/// </summary>
internal sealed class OwnerWatch(FaultyShop shop, RunHistory history)
{
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                Look(shop.Databases["legacy"], shop.Databases["service"]);
                Look(shop.Databases["service"], shop.Databases["legacy"]);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private void Look(ISideDatabase first, ISideDatabase second)
    {
        if (first.Ownership() is not { State: "owner" } before || second.Ownership() is not { State: "owner" } other) return;
        if (first.Ownership() is { State: "owner" } after && after.Epoch == before.Epoch)
            history.TwoOwners.Enqueue($"at {history.Now.TotalSeconds:0.000} s {before.Side} was owner of epoch {before.Epoch} while {other.Side} was owner of epoch {other.Epoch}");
    }
}
