using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Sync.Delivery;

namespace Sync.Capture;

/// <summary>Transactions that the host began: once they commit, the relay is woken and the request learns its positions.</summary>
internal sealed class OuterTransactions(SyncSignals signals, IHttpContextAccessor http)
{
    private readonly ConditionalWeakTable<DbTransaction, Dictionary<string, (long Epoch, long Position)>> _written = [];

    public void Wrote(DbTransaction transaction, string module, long epoch, long position) => _written.GetOrCreateValue(transaction)[module] = (epoch, position);

    public void Committed(DbTransaction transaction)
    {
        RequestPositions.Commit(http.HttpContext);
        if (!_written.TryGetValue(transaction, out var modules)) return;
        _written.Remove(transaction);
        foreach (var (module, at) in modules)
        {
            RequestPositions.Record(http.HttpContext, module, at.Epoch, at.Position);
            signals.Written(module).Give();
        }
    }
}
