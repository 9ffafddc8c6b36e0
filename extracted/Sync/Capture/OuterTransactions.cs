using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Sync.Delivery;
using Sync.DryRuns;

namespace Sync.Capture;

/// <summary>Transactions that the host began: once they commit, the relay is woken and the request learns its positions.</summary>
internal sealed class OuterTransactions(SyncSignals signals, IHttpContextAccessor http)
{
    private readonly ConditionalWeakTable<DbTransaction, List<ChangeReport>> _written = [];

    public void Wrote(DbTransaction transaction, ChangeReport changes) => _written.GetOrCreateValue(transaction).Add(changes);

    public void Committed(DbTransaction transaction)
    {
        RequestPositions.Commit(http.HttpContext);
        if (!_written.TryGetValue(transaction, out var written)) return;
        _written.Remove(transaction);
        foreach (var changes in written) RequestPositions.Record(http.HttpContext, changes);
        foreach (var module in written.Select(static changes => changes.Module).Distinct()) signals.Written(module).Give();
    }
}
