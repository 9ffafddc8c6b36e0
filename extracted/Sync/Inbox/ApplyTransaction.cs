using System.Data.Common;
using Sync.Capture;
using Sync.Databases;

namespace Sync.Inbox;

/// <summary>One transaction in which messages are applied: version first, then the row.</summary>
internal sealed class ApplyTransaction(SyncDatabase database, ModuleRegistry registry, DbConnection connection, DbTransaction transaction, string module, long now, bool ignoreVersions) : IDisposable
{
    private readonly Dictionary<EntityMap, RowWriter> _writers = [];
    private readonly DbCommand _raise = connection.Command(transaction, database.Sql.RaiseVersion,
        ("@module", module), ("@entity", null), ("@key", null), ("@epoch", null), ("@position", null), ("@removed", null));

    public SyncOutcome Apply(DecodedMessage decoded)
    {
        var message = decoded.Message;
        _raise.Parameters[1].Value = message.Entity;
        _raise.Parameters[2].Value = message.Key;
        _raise.Parameters[3].Value = message.Epoch;
        _raise.Parameters[4].Value = message.Position;
        _raise.Parameters[5].Value = decoded.Row is null ? now : DBNull.Value;
        if (_raise.ExecuteNonQuery() == 0 && !ignoreVersions) return Compare(message);
        var writer = WriterOf(decoded.Map!);
        if (decoded.Row is { } row) writer.Upsert(row);
        else writer.Delete(decoded.Map!.ParseKey(message.Key));
        return SyncOutcome.Applied;
    }

    public void Dispose()
    {
        _raise.Dispose();
        foreach (var writer in _writers.Values) writer.Dispose();
    }

    private SyncOutcome Compare(SyncMessage message)
    {
        using var command = connection.Command(transaction, database.Sql.ReadVersion, ("@module", module), ("@entity", message.Entity), ("@key", message.Key));
        using var reader = command.ExecuteReader();
        return reader.Read() && reader.GetInt64(0) == message.Epoch && reader.GetInt64(1) == message.Position ? SyncOutcome.Duplicate : SyncOutcome.Stale;
    }

    private RowWriter WriterOf(EntityMap map)
    {
        if (_writers.TryGetValue(map, out var writer)) return writer;
        return _writers[map] = new RowWriter(database.Dialect, connection, transaction, registry.TableOf(map));
    }
}
