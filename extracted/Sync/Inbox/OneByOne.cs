using System.Data.Common;
using Sync.Capture;
using Sync.Databases;

namespace Sync.Inbox;

/// <summary>
/// Applies a batch that could not be applied as it came: each message behind a savepoint, those refused again and again while others get through, for what they refer to
/// may come after them. Rows that hold each other's unique values (a swap) are made to let go of them first. What is refused at the end is rejected, alone.
/// </summary>
internal sealed class OneByOne(IDialect dialect, ModuleRegistry registry, DbConnection connection, DbTransaction transaction, ApplyTransaction apply, Func<Exception, bool> isMessagesFault)
{
    private const int MostPasses = 20;
    private const int MostExchanged = 50;

    public async Task RunAsync(DecodedMessage[] decoded, SyncResult[] results, IEnumerable<int> admitted, CancellationToken cancellationToken)
    {
        var open = KeyChanges.Plan(registry, decoded, admitted);
        while (open.Count > 0)
        {
            await PassesAsync(open, decoded, results, cancellationToken);
            if (await ExchangeAsync(open, decoded, results, cancellationToken)) continue;
            foreach (var changes in open.ToArray())
            {
                results[changes.Current] = new SyncResult(SyncOutcome.Rejected, changes.Refusal);
                if (!changes.StepBack()) open.Remove(changes);
            }
        }
    }

    private async Task PassesAsync(List<KeyChanges> open, DecodedMessage[] decoded, SyncResult[] results, CancellationToken cancellationToken)
    {
        for (var pass = 0; pass < MostPasses && open.Count > 0; pass++)
        {
            // Every other time from behind: a chain in which each waits for the next is then done in one go.
            var before = open.Count;
            var done = new HashSet<KeyChanges>();
            foreach (var changes in pass % 2 == 0 ? open : open.AsEnumerable().Reverse())
            {
                if (await TryAsync(changes, decoded, results, cancellationToken)) done.Add(changes);
            }

            open.RemoveAll(done.Contains);
            if (open.Count == before) return;
        }
    }

    /// <summary>Lets all that want a value give up their own, and tries again. Those that do not get through even so leave no trace of it.</summary>
    private async Task<bool> ExchangeAsync(List<KeyChanges> open, DecodedMessage[] decoded, SyncResult[] results, CancellationToken cancellationToken)
    {
        var some = open.FindAll(changes => changes.WantsValue && decoded[changes.Current].Row is not null && registry.TableOf(changes.Map).Unique.All(column => SpareValue.Exists(column.Property)));
        // Those that swap find each other at once. A long ring, of which some are in other batches, would be unravelled one by one: a backfill sees to it at its end.
        if (some.Count > MostExchanged) return false;
        for (var tries = 0; some.Count > 1 && tries < 3; tries++)
        {
            await RunAsync(dialect.Sql.Save("exchange"), cancellationToken);
            await apply.VacateAsync(some.Select(changes => decoded[changes.Current]), cancellationToken);
            var (left, tried) = (new List<KeyChanges>(some), (SyncResult[])results.Clone());
            await PassesAsync(left, decoded, tried, cancellationToken);
            if (left.Count == 0)
            {
                await ReleaseAsync("exchange", cancellationToken);
                tried.CopyTo(results, 0);
                open.RemoveAll(some.Contains);
                return true;
            }

            await RunAsync(dialect.Sql.RollbackTo("exchange"), cancellationToken);
            await ReleaseAsync("exchange", cancellationToken);
            some.RemoveAll(left.Contains);
        }

        return false;
    }

    private async Task<bool> TryAsync(KeyChanges changes, DecodedMessage[] decoded, SyncResult[] results, CancellationToken cancellationToken)
    {
        await RunAsync(dialect.Sql.Save("message"), cancellationToken);
        try
        {
            var outcome = await apply.ApplyAsync(decoded[changes.Current], cancellationToken);
            await ReleaseAsync("message", cancellationToken);
            results[changes.Current] = new SyncResult(outcome);
            // Those before it are done with: the row that is there is newer than theirs.
            foreach (var older in changes.Older) results[older] = new SyncResult(outcome == SyncOutcome.Applied ? SyncOutcome.Applied : SyncOutcome.Stale);
            return true;
        }
        catch (Exception error) when (isMessagesFault(error))
        {
            (changes.Refusal, changes.WantsValue) = (error.Message, error is DbException fault && dialect.IsUniqueViolation(fault));
            // Some databases end the transaction over some faults: what was done before is gone, and has to be done again without this message.
            if (transaction.Connection is null) throw new TransactionEndedException(changes.Current, error.Message);
            await RunAsync(dialect.Sql.RollbackTo("message"), cancellationToken);
            await ReleaseAsync("message", cancellationToken);
            return false;
        }
    }

    private async Task ReleaseAsync(string savepoint, CancellationToken cancellationToken)
    {
        if (dialect.Sql.Release(savepoint) is { } release) await RunAsync(release, cancellationToken);
    }

    private async Task RunAsync(string statement, CancellationToken cancellationToken) => await connection.Command(transaction, statement).RunAsync(cancellationToken);
}

/// <summary>The database has rolled the whole transaction back over one message.</summary>
internal sealed class TransactionEndedException(int message, string reason) : Exception(reason)
{
    public int MessageIndex { get; } = message;
}
