using System.Data.Common;
using Microsoft.Extensions.Logging;
using Sync.Capture;
using Sync.Databases;
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
    /// Applies a batch in one transaction: the owner check, then for each message its version and its row. When the database refuses one, the messages are applied each by
    /// itself in an order found by trying, and only what is refused at the end is rejected.
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
        for (var attempt = 1; !await TryAsync(batch, module, decoded, results, attempt < SyncDatabase.MostTries, cancellationToken); attempt++)
            await Task.Delay(SyncDatabase.PauseAfter(attempt), cancellationToken);
        var extra = batch.Range is { } range ? await ExtraRows.FindAsync(_database, _registry, module, range, batch.Messages, cancellationToken) : [];
        var reply = new SyncReply(results, extra);
        for (var index = 0; index < results.Length; index++)
        {
            if (results[index].Outcome == SyncOutcome.Rejected) LogRejected(_logger, batch.Messages[index].Id, results[index].Reason!);
        }

        _telemetry.Answered(module.Name, reply);
        return reply;
    }

    /// <returns>False when another transaction was in the way: nothing was applied, and the same may succeed at once.</returns>
    private async Task<bool> TryAsync(SyncBatch batch, ModuleMap module, DecodedMessage[] decoded, SyncResult[] results, bool mayFail, CancellationToken cancellationToken)
    {
        using var turn = await _database.EnterWriteAsync(cancellationToken);
        await using var connection = await _database.OpenAsync(cancellationToken);
        try
        {
            if (batch.Vacate) await VacateAsync(connection, module, decoded, results, cancellationToken);
            else if (!await TryTogetherAsync(connection, module, decoded, results, cancellationToken))
                await OneByOneAsync(connection, module, decoded, results, cancellationToken);
            return true;
        }
        catch (DbException error) when (mayFail && _database.Dialect.IsTransient(error))
        {
            Array.Clear(results);
            return false;
        }
        catch (TransactionEndedException ended)
        {
            decoded[ended.MessageIndex] = new DecodedMessage(decoded[ended.MessageIndex].Message, null, null, ended.Message);
            Array.Clear(results);
            return false;
        }
    }

    private async Task<bool> TryTogetherAsync(DbConnection connection, ModuleMap module, DecodedMessage[] decoded, SyncResult[] results, CancellationToken cancellationToken)
    {
        await using var transaction = await _database.Dialect.BeginWriteAsync(connection, cancellationToken);
        await _database.Dialect.DeferForeignKeysAsync(connection, transaction, cancellationToken);
        var ownership = await AdmitAsync(connection, transaction, module, decoded, results, cancellationToken);
        try
        {
            using var apply = Begin(connection, transaction, module);
            await apply.WriteAsync(await RaiseAsync(apply, decoded, results, cancellationToken), cancellationToken);
            NoteApplied(module, decoded, results);
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

    private async Task OneByOneAsync(DbConnection connection, ModuleMap module, DecodedMessage[] decoded, SyncResult[] results, CancellationToken cancellationToken)
    {
        await using var transaction = await _database.Dialect.BeginWriteAsync(connection, cancellationToken);
        var ownership = await AdmitAsync(connection, transaction, module, decoded, results, cancellationToken);
        using (var apply = Begin(connection, transaction, module))
        {
            var each = new OneByOne(_database.Dialect, _registry, connection, transaction, apply, IsMessagesFault);
            await each.RunAsync(decoded, results, Admitted(results), cancellationToken);
        }

        NoteApplied(module, decoded, results);
        await transaction.CommitAsync(cancellationToken);
        if (ownership is not null) _ownerships.Remember(ownership);
    }

    /// <summary>Rows of a backfill that cannot be written for each other's values let go of these; the sender sends them all again.</summary>
    private async Task VacateAsync(DbConnection connection, ModuleMap module, DecodedMessage[] decoded, SyncResult[] results, CancellationToken cancellationToken)
    {
        await using var transaction = await _database.Dialect.BeginWriteAsync(connection, cancellationToken);
        await AdmitAsync(connection, transaction, module, decoded, results, cancellationToken);
        await connection.Command(transaction, _database.Sql.Save("vacate")).RunAsync(cancellationToken);
        using var apply = Begin(connection, transaction, module);
        var newer = await RaiseAsync(apply, decoded, results, cancellationToken);
        // The versions were raised to lock the keys and to find what is newer; the messages have not been applied.
        await connection.Command(transaction, _database.Sql.RollbackTo("vacate")).RunAsync(cancellationToken);
        await apply.VacateAsync(newer, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Raises the versions of what was admitted.</summary>
    /// <returns>Those whose rows are to be written.</returns>
    private static async Task<List<DecodedMessage>> RaiseAsync(ApplyTransaction apply, DecodedMessage[] decoded, SyncResult[] results, CancellationToken cancellationToken)
    {
        var admitted = Admitted(results);
        var outcomes = await apply.RaiseAsync([.. admitted.Select(index => decoded[index])], cancellationToken);
        var newer = new List<DecodedMessage>(admitted.Length);
        for (var number = 0; number < admitted.Length; number++)
        {
            results[admitted[number]] = new SyncResult(outcomes[number]);
            if (outcomes[number] == SyncOutcome.Applied) newer.Add(decoded[admitted[number]]);
        }

        return newer;
    }

    /// <summary>Settles what is refused or stale before anything is applied; what may be applied keeps the mark of <see cref="Admitted(SyncResult)"/>.</summary>
    /// <returns>The ownership row when a newer epoch was learnt.</returns>
    private async Task<ModuleOwnership?> AdmitAsync(DbConnection connection, DbTransaction transaction, ModuleMap module, DecodedMessage[] decoded, SyncResult[] results, CancellationToken cancellationToken)
    {
        var ownership = await _ownerships.EnterAsync(connection, transaction, module.Name, wait: true, cancellationToken);
        var highest = ownership.Epoch;
        for (var index = 0; index < decoded.Length; index++)
        {
            results[index] = _broken.Epoch && decoded[index].Refusal is null ? new SyncResult(SyncOutcome.Applied, ToApply) : Judge(decoded[index], ownership);
            if (Admitted(results[index])) highest = Math.Max(highest, decoded[index].Message.Epoch);
        }

        // A side that was never told to follow has no part in the epochs, whatever it is sent: it must not look like one that has everything.
        if (highest == ownership.Epoch || !ownership.HasBegun) return null;
        await _ownerships.LearnAsync(connection, transaction, module.Name, highest, cancellationToken);
        return ownership with { Epoch = highest, State = OwnerState.Follower, Capture = false };
    }

    private void NoteApplied(ModuleMap module, DecodedMessage[] decoded, SyncResult[] results)
    {
        for (var index = 0; index < results.Length; index++)
        {
            if (results[index].Outcome == SyncOutcome.Applied) _database.Applied.Note(module.Name, decoded[index].Message.Epoch, decoded[index].Message.Position);
        }
    }

    private static int[] Admitted(SyncResult[] results) => [.. Enumerable.Range(0, results.Length).Where(index => Admitted(results[index]))];

    private static SyncResult Judge(DecodedMessage decoded, ModuleOwnership ownership)
    {
        var epoch = decoded.Message.Epoch;
        if (ownership.State == OwnerState.Retired || epoch <= ownership.Floor) return new SyncResult(SyncOutcome.Stale);
        if (decoded.Refusal is { } refusal) return new SyncResult(SyncOutcome.Rejected, refusal, decoded.UnknownType);
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
