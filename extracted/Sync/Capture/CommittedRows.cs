using Microsoft.EntityFrameworkCore;
using Sync.Outbox;

namespace Sync.Capture;

/// <summary>
/// The rows as the save leaves them. The tracker knows what the save was given; columns that it did not write may hold what another request has written since
/// the row was read, or what a stub never knew. So updated rows are read again in the save's transaction, with one query for each entity.
/// </summary>
internal static class CommittedRows
{
    public static async ValueTask<List<OutboxChange>> ReadAsync(DbContext context, List<PendingChange> changes, bool wait)
    {
        var read = new Dictionary<(EntityMap, string), object>();
        using (SyncScope.Enter())
        {
            foreach (var updated in changes.Where(change => change is { Row: not null, IsNew: false }).GroupBy(change => change.Map))
            {
                var map = updated.Key;
                var rows = map.ReadRows(context, [.. updated.Select(change => map.KeyOf(change.Row!))]);
                if (wait)
                {
                    await foreach (var row in rows) read[(map, map.KeyOf(row))] = row;
                }
                else
                {
                    foreach (var row in rows.ToBlockingEnumerable()) read[(map, map.KeyOf(row))] = row;
                }
            }
        }

        // A row that was removed and added again under its key is there: its removal must not be the last that the other side hears.
        var present = changes.Where(change => change.Row is not null).Select(change => (change.Map, change.Map.KeyOf(change.Row!))).ToHashSet();
        return changes.FindAll(change => change.Row is not null || !present.Contains((change.Map, change.RemovedKey!))).ConvertAll(change => change.Row is { } row
            ? new OutboxChange(change.Map.Name, change.Map.KeyOf(row), change.Map.Changed, change.Map.WriteChanged(read.GetValueOrDefault((change.Map, change.Map.KeyOf(row)), row)))
            : new OutboxChange(change.Map.Name, change.RemovedKey!, change.Map.Removed, change.Map.WriteRemoved(change.RemovedKey!)));
    }
}
