using System.Data;
using System.Data.Common;
using System.Text.Json;
using Sync.Databases;

namespace Sync.Inbox;

/// <summary>Records the versions of messages, which decides what becomes of each.</summary>
internal sealed class VersionWriter : IDisposable
{
    private readonly SyncDatabase _database;
    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;
    private readonly string _module;
    private readonly long _now;
    private readonly bool _ignoreVersions;
    private readonly DbCommand _raise;

    public VersionWriter(SyncDatabase database, DbConnection connection, DbTransaction transaction, string module, long now, bool ignoreVersions)
    {
        (_database, _connection, _transaction, _module, _now, _ignoreVersions) = (database, connection, transaction, module, now, ignoreVersions);
        _raise = connection.Command(transaction, database.Sql.RaiseVersion,
            ("@module", module), ("@entity", null), ("@key", null), ("@epoch", null), ("@position", null), ("@removed", null));
        // A statement is prepared for one type of each parameter, and nothing has none.
        _raise.Parameters[5].DbType = DbType.Int64;
    }

    /// <summary>
    /// Raises the version of each message's key to the message's, unless one as new is there. The keys come in one order: two that apply the same keys at the same time wait
    /// for each other, but never both ways round. From here on, nobody else applies these keys before the transaction has ended.
    /// </summary>
    /// <returns>For each message, as though it had come alone after those before it: applied, when its row is to be written; a duplicate; or stale.</returns>
    public async Task<SyncOutcome[]> RaiseAsync(IReadOnlyList<DecodedMessage> messages, CancellationToken cancellationToken)
    {
        var keys = Enumerable.Range(0, messages.Count)
            .GroupBy(index => KeyOf(messages[index].Message))
            .OrderBy(key => key.Key.Entity, StringComparer.Ordinal).ThenBy(key => key.Key.Key, StringComparer.Ordinal)
            .Select(key => key.ToArray()).ToArray();
        // A key's first message meets what is recorded, and keeps it from changing. What becomes of those after it follows from it.
        var raised = await _database.Dialect.RunAllAsync(keys.Select(key => Statement(messages[key[0]])), cancellationToken);
        var known = await ReadAsync(keys.Where((_, number) => raised[number] == 0).Select(key => messages[key[0]].Message), cancellationToken);
        var outcomes = new SyncOutcome[messages.Count];
        var later = new List<DecodedMessage>();
        for (var number = 0; number < keys.Length; number++)
        {
            var first = keys[number][0];
            var newest = raised[number] > 0 ? default : known.GetValueOrDefault(KeyOf(messages[first].Message), (long.MaxValue, long.MaxValue));
            var last = first;
            foreach (var index in keys[number])
            {
                var message = messages[index].Message;
                outcomes[index] = Judge((message.Epoch, message.Position), newest);
                if (outcomes[index] == SyncOutcome.Applied) (newest, last) = ((message.Epoch, message.Position), index);
            }

            if (last != first) later.Add(messages[last]);
        }

        await _database.Dialect.RunAllAsync(later.Select(Statement), cancellationToken);
        return outcomes;
    }

    public void Dispose() => _raise.Dispose();

    private static (string Entity, string Key) KeyOf(SyncMessage message) => (message.Entity, message.Key);

    private DbCommand Statement(DecodedMessage decoded)
    {
        _raise.Parameters[1].Value = decoded.Message.Entity;
        _raise.Parameters[2].Value = decoded.Message.Key;
        _raise.Parameters[3].Value = decoded.Message.Epoch;
        _raise.Parameters[4].Value = decoded.Message.Position;
        _raise.Parameters[5].Value = decoded.Row is null ? _now : DBNull.Value;
        return _raise;
    }

    private SyncOutcome Judge((long Epoch, long Position) version, (long Epoch, long Position) newest) => version.CompareTo(newest) switch
    {
        > 0 => SyncOutcome.Applied,
        _ when _ignoreVersions => SyncOutcome.Applied,
        0 => SyncOutcome.Duplicate,
        _ => SyncOutcome.Stale,
    };

    private async Task<Dictionary<(string, string), (long, long)>> ReadAsync(IEnumerable<SyncMessage> messages, CancellationToken cancellationToken)
    {
        var known = new Dictionary<(string, string), (long, long)>();
        foreach (var entity in messages.GroupBy(message => message.Entity, StringComparer.Ordinal))
        {
            var versions = await _connection.Command(_transaction, _database.Sql.ReadVersions,
                ("@module", _module), ("@entity", entity.Key), ("@keys", JsonSerializer.Serialize(entity.Select(message => message.Key))))
                .ListAsync(row => (Key: row.GetString(0), Version: (row.GetInt64(1), row.GetInt64(2))), cancellationToken);
            foreach (var (key, version) in versions) known[(entity.Key, key)] = version;
        }

        return known;
    }
}
