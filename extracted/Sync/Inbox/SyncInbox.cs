using System.Data.Common;
using Microsoft.Extensions.Logging;
using Sync.Capture;
using Sync.Inbox;
using Sync.Ownership;

namespace Sync;

/// <summary>Applies batches, whatever channel brought them.</summary>
public sealed partial class SyncInbox
{
    private readonly SyncDatabase _database;
    private readonly ModuleRegistry _registry;
    private readonly OwnershipStore _ownerships;
    private readonly SyncTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly SyncBreak _broken;
    private readonly ILogger<SyncInbox> _logger;

    internal SyncInbox(SyncDatabase database, ModuleRegistry registry, OwnershipStore ownerships, SyncTelemetry telemetry, TimeProvider time, SyncBreak broken, ILogger<SyncInbox> logger) =>
        (_database, _registry, _ownerships, _telemetry, _time, _broken, _logger) = (database, registry, ownerships, telemetry, time, broken, logger);

    /// <summary>
    /// Applies a batch in one transaction: the owner check, then for each message its version and its row. When the database refuses one, the others are applied
    /// each by itself, and only that one is rejected.
    /// </summary>
    /// <exception cref="KeyNotFoundException">The module is not declared here.</exception>
    /// <exception cref="DbException">The database could not work (locked, full): nothing was applied, and the batch may be sent again.</exception>
    public async Task<SyncReply> ApplyAsync(SyncBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var module = _registry.Find(batch.Module) ?? throw new KeyNotFoundException($"The module '{batch.Module}' is not declared here.");
        using var activity = _telemetry.StartApply(batch);
        var decoded = batch.Messages.Select(message => MessageDecoder.Decode(module, message)).ToArray();
        var results = new SyncResult[decoded.Length];
        using var turn = await _database.EnterWriteAsync(cancellationToken);
        await using var connection = await _database.OpenAsync(cancellationToken);
        if (!await TryTogetherAsync(connection, module, decoded, results, cancellationToken))
            await OneByOneAsync(connection, module, decoded, results, cancellationToken);
        var extra = batch.Range is { } range ? await ExtraRows.FindAsync(_database, _registry, connection, module, range, batch.Messages, cancellationToken) : [];
        var reply = new SyncReply(results, extra);
        _telemetry.Answered(module.Name, reply);
        return reply;
    }

    private async Task<bool> TryTogetherAsync(DbConnection connection, ModuleMap module, DecodedMessage[] decoded, SyncResult[] results, CancellationToken cancellationToken)
    {
        await using var transaction = await _database.Dialect.BeginWriteAsync(connection, cancellationToken);
        await _database.Dialect.DeferForeignKeysAsync(connection, transaction, cancellationToken);
        var ownership = await AdmitAsync(connection, transaction, module, decoded, results, cancellationToken);
        try
        {
            using var apply = Begin(connection, transaction, module);
            for (var index = 0; index < decoded.Length; index++)
            {
                if (Admitted(results[index])) results[index] = new SyncResult(apply.Apply(decoded[index]));
            }

            await transaction.CommitAsync(cancellationToken);
        }
        catch (Exception error) when (IsMessagesFault(error))
        {
            Array.Clear(results);
            return false;
        }

        if (ownership is not null) _ownerships.Remember(ownership);
        return true;
    }

    /// <summary>Each message behind a savepoint, with foreign keys checked at once; those refused get a second chance, for their parents may have come after them.</summary>
    private async Task OneByOneAsync(DbConnection connection, ModuleMap module, DecodedMessage[] decoded, SyncResult[] results, CancellationToken cancellationToken)
    {
        await using var transaction = await _database.Dialect.BeginWriteAsync(connection, cancellationToken);
        var ownership = await AdmitAsync(connection, transaction, module, decoded, results, cancellationToken);
        using (var apply = Begin(connection, transaction, module))
        {
            for (var pass = 0; pass < 2; pass++)
            {
                for (var index = 0; index < decoded.Length; index++)
                {
                    if (!Admitted(results[index]) && (pass == 0 || decoded[index].Map is null || results[index].Outcome != SyncOutcome.Rejected)) continue;
                    await transaction.SaveAsync("message", cancellationToken);
                    try
                    {
                        results[index] = new SyncResult(apply.Apply(decoded[index]));
                    }
                    catch (Exception error) when (IsMessagesFault(error))
                    {
                        await transaction.RollbackAsync("message", cancellationToken);
                        results[index] = new SyncResult(SyncOutcome.Rejected, error.Message);
                        if (pass == 1) LogRejected(_logger, decoded[index].Message.Id, error.Message);
                    }

                    await transaction.ReleaseAsync("message", cancellationToken);
                }
            }
        }

        await transaction.CommitAsync(cancellationToken);
        if (ownership is not null) _ownerships.Remember(ownership);
    }

    /// <summary>Settles what is refused or stale before anything is applied; what may be applied keeps the mark of <see cref="Admitted"/>.</summary>
    /// <returns>The ownership row when a newer epoch was learnt.</returns>
    private async Task<ModuleOwnership?> AdmitAsync(DbConnection connection, DbTransaction transaction, ModuleMap module, DecodedMessage[] decoded, SyncResult[] results, CancellationToken cancellationToken)
    {
        var ownership = await _ownerships.ReadAsync(connection, transaction, module.Name, wait: true, cancellationToken);
        var highest = ownership.Epoch;
        for (var index = 0; index < decoded.Length; index++)
        {
            results[index] = _broken.Epoch && decoded[index].Refusal is null ? new SyncResult(SyncOutcome.Applied, ToApply) : Judge(decoded[index], ownership);
            if (Admitted(results[index])) highest = Math.Max(highest, decoded[index].Message.Epoch);
        }

        if (highest == ownership.Epoch) return null;
        // A message of a later epoch proves that another side was opened as owner since.
        var learnt = ownership with { Epoch = highest, State = OwnerState.Follower, Capture = false };
        await _ownerships.WriteAsync(connection, transaction, learnt, cancellationToken);
        return learnt;
    }

    private static SyncResult Judge(DecodedMessage decoded, ModuleOwnership ownership)
    {
        var epoch = decoded.Message.Epoch;
        if (ownership.State == OwnerState.Retired || epoch <= ownership.Floor) return new SyncResult(SyncOutcome.Stale);
        if (decoded.Refusal is { } refusal) return new SyncResult(SyncOutcome.Rejected, refusal);
        if (ownership.State == OwnerState.Owner)
            return new SyncResult(SyncOutcome.Rejected, $"This side is the owner of '{ownership.Module}' at epoch {ownership.Epoch}; it applies nothing.");
        return new SyncResult(SyncOutcome.Applied, ToApply);
    }

    /// <summary>A converter of the host's may throw anything over a value.</summary>
    private bool IsMessagesFault(Exception error) =>
        error is DbException fault ? _database.Dialect.IsDataError(fault) : error is not (OperationCanceledException or IOException or OutOfMemoryException);

    private const string ToApply = "to apply";

    private static bool Admitted(SyncResult result) => ReferenceEquals(result.Reason, ToApply);

    private ApplyTransaction Begin(DbConnection connection, DbTransaction transaction, ModuleMap module) =>
        new(_database, _registry, connection, transaction, module.Name, _time.GetUtcNow().ToUnixTimeMilliseconds(), ignoreVersions: _broken.Epoch);

    [LoggerMessage(3201, LogLevel.Warning, "The message {Id} was rejected: {Reason}")]
    private static partial void LogRejected(ILogger logger, string id, string reason);
}
