using System.Data.Common;
using System.Runtime.CompilerServices;
using Sync.Delivery;

namespace Sync.Capture;

/// <summary>Transactions that the host began: the relay is woken once they commit.</summary>
internal sealed class OuterTransactions(SyncSignals signals)
{
    private readonly ConditionalWeakTable<DbTransaction, HashSet<string>> _written = [];

    public void Wrote(DbTransaction transaction, string module) => _written.GetOrCreateValue(transaction).Add(module);

    public void Committed(DbTransaction transaction)
    {
        if (!_written.TryGetValue(transaction, out var modules)) return;
        _written.Remove(transaction);
        foreach (var module in modules) signals.Written(module).Give();
    }
}
