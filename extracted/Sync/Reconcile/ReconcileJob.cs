using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sync.Backfill;
using Sync.Capture;
using Sync.Outbox;
using Sync.Ownership;

namespace Sync.Reconcile;

/// <summary>Compares both sides range by range: checksums first, then the hashes of the rows in a differing range, then the rows themselves.</summary>
internal sealed class ReconcileJob(
    SyncDatabase database,
    OwnershipStore ownerships,
    SettledPositions settled,
    IServiceScopeFactory scopes,
    SumsClient other,
    DifferenceCheck check,
    Repair repair,
    IOptions<SyncOptions> options,
    TimeProvider time)
{
    private const int MostExamples = 20;

    public async Task<ReconcileResult> RunAsync(ModuleMap module, bool repairs, Action<ReconcileResult> report, CancellationToken cancellationToken)
    {
        using var own = SyncScope.Enter();
        await using var scope = scopes.CreateAsyncScope();
        var context = (DbContext)scope.ServiceProvider.GetRequiredService(module.ContextType);
        var started = time.GetTimestamp();
        var result = ReconcileResult.None with { State = "running", StartedAt = time.GetUtcNow() };
        foreach (var entity in module.Entities)
        {
            string? after = null;
            (string? After, string? Through, RangeSum Own, Task<SumsReply> Theirs)? underWay = null;
            var last = false;
            while (!last)
            {
                // This side reads the next range while the other sums the last one.
                var sum = await ReadAsync(module, entity, context, after, cancellationToken);
                if (underWay is { } asked) result = await CompareAsync(module, entity, context, asked.After, asked.Through, asked.Own, await asked.Theirs, repairs, result, cancellationToken);
                last = sum.Count < options.Value.ReconcileChunk;
                var through = last ? null : sum.Rows[^1].Key;
                underWay = (after, through, sum, other.AskAsync(module.Name, new SumsRequest(entity.Name, after, through, false, null), cancellationToken));
                after = through;
                result = result with { Rows = result.Rows + sum.Count, RowsPerSecond = Rate(result.Rows + sum.Count, started) };
                report(result);
            }

            var end = underWay!.Value;
            result = await CompareAsync(module, entity, context, end.After, end.Through, end.Own, await end.Theirs, repairs, result, cancellationToken);
        }

        return result with { State = "complete", FinishedAt = time.GetUtcNow(), RowsPerSecond = Rate(result.Rows, started) };
    }

    private async Task<RangeSum> ReadAsync(ModuleMap module, EntityMap entity, DbContext context, string? after, CancellationToken cancellationToken)
    {
        await using var snapshot = await OwnerSnapshot.OpenAsync(database, ownerships, settled, module, context, cancellationToken);
        if (snapshot.Ownership.State != OwnerState.Owner) throw new OwnershipConflictException($"Module '{module.Name}' can be reconciled by its owner only.");
        return await RangeSum.ReadAsync(context, entity, after, null, options.Value.ReconcileChunk, withRows: true, cancellationToken);
    }

    private async Task<ReconcileResult> CompareAsync(
        ModuleMap module, EntityMap entity, DbContext context, string? after, string? through, RangeSum own, SumsReply theirs, bool repairs, ReconcileResult result, CancellationToken cancellationToken)
    {
        if (own.Count == theirs.Count && own.Sum.ToString(CultureInfo.InvariantCulture) == theirs.Sum) return result;
        var detail = await other.AskAsync(module.Name, new SumsRequest(entity.Name, after, through, true, null), cancellationToken);
        var rows = new Dictionary<string, ulong>(StringComparer.Ordinal);
        for (var index = 0; index < detail.Keys!.Count; index++) rows[detail.Keys[index]] = detail.Hashes![index];
        var suspects = own.Rows.Where(row => !rows.Remove(row.Key, out var hash) || hash != row.Hash).Select(row => row.Key).ToList();
        suspects.AddRange(rows.Keys);
        foreach (var some in suspects.Chunk(1_000))
        {
            var confirmed = await check.ConfirmAsync(module, entity, context, some, cancellationToken);
            if (confirmed.Count == 0) continue;
            if (repairs) await repair.SendAsync(module, entity, context, confirmed.Select(difference => difference.Key), cancellationToken);
            result = result with
            {
                Differences = result.Differences + confirmed.Count,
                Repaired = result.Repaired + (repairs ? confirmed.Count : 0),
                Examples = [.. result.Examples.Concat(confirmed).Take(MostExamples)],
            };
        }

        return result;
    }

    private double Rate(long rows, long started)
    {
        var seconds = time.GetElapsedTime(started).TotalSeconds;
        return seconds > 0 ? Math.Round(rows / seconds, 1) : 0;
    }
}
