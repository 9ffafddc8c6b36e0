using System.Collections.Concurrent;
using System.Data.Common;
using Sync.Databases;

namespace Sync.Ownership;

/// <summary>Reads and writes ownership rows, always in the caller's transaction. What was read last is kept for those who need no more than a hint.</summary>
internal sealed class OwnershipStore(SyncDatabase database)
{
    /// <summary>The column's value where the other side is retired; otherwise it is 1 or 0.</summary>
    private const long CaptureForSubscribers = 2;

    private readonly ConcurrentDictionary<string, ModuleOwnership> _seen = new(StringComparer.Ordinal);

    /// <summary>What was seen last: good enough for reads and answers, never for a write.</summary>
    public ModuleOwnership? LastSeen(string module) => _seen.GetValueOrDefault(module);

    /// <summary>Reads without a lock: what is read may be over a moment later.</summary>
    public ValueTask<ModuleOwnership> ReadAsync(DbConnection connection, DbTransaction? transaction, string module, bool wait, CancellationToken cancellationToken) =>
        ReadAsync(connection.Command(transaction, database.Sql.ReadOwnership, ("@module", module)), module, wait, cancellationToken);

    /// <summary>Reads for a write: no fence comes between this and the transaction's end.</summary>
    public ValueTask<ModuleOwnership> EnterAsync(DbConnection connection, DbTransaction transaction, string module, bool wait, CancellationToken cancellationToken) =>
        ReadAsync(database.Dialect.EnterModule(connection, transaction, module), module, wait, cancellationToken);

    private async ValueTask<ModuleOwnership> ReadAsync(DbCommand read, string module, bool wait, CancellationToken cancellationToken)
    {
        using var command = read;
        using var reader = wait ? await command.ExecuteReaderAsync(cancellationToken) : command.ExecuteReader();
        // The lock, where it is taken, is a result of its own before the row.
        while (reader.FieldCount < 5 && (wait ? await reader.NextResultAsync(cancellationToken) : reader.NextResult()))
        {
        }

        if (!(wait ? await reader.ReadAsync(cancellationToken) : reader.Read()))
            throw new InvalidOperationException($"The module '{module}' has no ownership row in {database.Dialect.Description}.");
        var capture = reader.GetInt64(3);
        return new ModuleOwnership(
            module, Enum.Parse<OwnerState>(reader.GetString(0), ignoreCase: true), reader.GetInt64(1), reader.GetInt64(2), capture != 0, reader.GetInt64(4) != 0, capture == CaptureForSubscribers);
    }

    /// <summary>Reads outside any transaction and remembers.</summary>
    public async Task<ModuleOwnership> RefreshAsync(string module, CancellationToken cancellationToken)
    {
        var before = LastSeen(module);
        var ownership = await database.ReadAsync(connection => ReadAsync(connection, null, module, wait: true, cancellationToken).AsTask(), cancellationToken);
        // What was remembered meanwhile may have been committed after this was read.
        return (before is null ? _seen.TryAdd(module, ownership) : _seen.TryUpdate(module, ownership, before)) ? ownership : _seen[module];
    }

    public Task WriteAsync(DbConnection connection, DbTransaction transaction, ModuleOwnership row, CancellationToken cancellationToken) =>
        connection.Command(transaction, database.Sql.UpdateOwnership,
            ("@module", row.Module), ("@state", Text(row.State)), ("@epoch", row.Epoch), ("@floor", row.Floor),
            ("@capture", row switch { { Capture: false } => 0, { PeerRetired: true } => CaptureForSubscribers, _ => 1 }), ("@detached", row.Detached ? 1 : 0)).RunAsync(cancellationToken);

    /// <summary>A message proves a later epoch: another side was opened as owner since.</summary>
    public async Task LearnAsync(DbConnection connection, DbTransaction transaction, string module, long epoch, CancellationToken cancellationToken) =>
        await connection.Command(transaction, database.Sql.LearnEpoch, ("@module", module), ("@epoch", epoch)).RunAsync(cancellationToken);

    /// <summary>To be called once the transaction that wrote the row has committed.</summary>
    public void Remember(ModuleOwnership row) => _seen[row.Module] = row;

    /// <summary>The row a module starts with: the legacy owns what it has, a service owns nothing.</summary>
    public static void Create(DbConnection connection, DbTransaction transaction, SyncSql sql, string module, bool isLegacy) =>
        connection.Run(transaction, sql.InsertOwnership,
            ("@module", module), ("@state", Text(isLegacy ? OwnerState.Owner : OwnerState.Follower)),
            ("@epoch", isLegacy ? 1 : 0), ("@floor", isLegacy ? 1 : 0), ("@capture", 0));

    private static string Text(OwnerState state) => state.ToString().ToLowerInvariant();
}
