using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sync.Capture;
using Sync.Databases;
using Sync.Delivery;
using Sync.Outbox;

namespace Sync.Ownership;

/// <summary>What a fence found.</summary>
internal sealed record FenceResult(long Epoch, long Position, IReadOnlyDictionary<string, long> Keys);

/// <summary>The steps of a switch on this side. Each is one transaction that excludes all writers of the module, and may be repeated.</summary>
internal sealed partial class OwnershipSteps(
    SyncDatabase database,
    ModuleRegistry registry,
    OwnershipStore ownerships,
    DeliveryStore deliveries,
    Receivers receivers,
    SyncSignals signals,
    SettledPositions settled,
    IOptions<SyncOptions> options,
    ILogger<OwnershipSteps> logger)
{
    /// <summary>Waits for the writes under way and refuses later ones. The position is read after the fence, in its transaction: nothing is ever written behind it.</summary>
    public async Task<FenceResult> FenceAsync(ModuleMap module, long epoch, CancellationToken cancellationToken)
    {
        FenceResult? result = null;
        await ChangeAsync(module, async (row, connection, transaction) =>
        {
            if (row.Epoch != epoch || row.State is not (OwnerState.Owner or OwnerState.Fenced)) throw Conflict(row, $"it cannot be fenced at epoch {epoch}");
            // Without capture the other side lacks what was written here, and no drain would tell.
            if (!row.Capture) throw Conflict(row, "it cannot be fenced for a switch while its changes are not captured; turn capture on and backfill first");
            result = new FenceResult(epoch, await LastPositionAsync(connection, transaction, cancellationToken), await HighestKeysAsync(module, connection, transaction, cancellationToken));
            return row with { State = OwnerState.Fenced };
        }, cancellationToken);
        return result!;
    }

    public Task OpenAsync(ModuleMap module, long epoch, IReadOnlyDictionary<string, long>? keys, bool capture, CancellationToken cancellationToken) =>
        ChangeAsync(module, async (row, connection, transaction) =>
        {
            if (row.State == OwnerState.Owner && row.Epoch == epoch) return row;
            if (row.State is OwnerState.Retired or OwnerState.Owner || (epoch <= row.Epoch && !options.Value.Break.Epoch)) throw Conflict(row, $"it cannot be opened at epoch {epoch}");
            if (!row.HasBegun) throw Conflict(row, "it was never told to follow, and does not have what the other side has; let it follow with reset, and backfill");
            if (capture) RequirePeer(row);
            foreach (var (entity, above) in keys ?? new Dictionary<string, long>())
            {
                var map = module.Find(entity) ?? throw new OwnershipConflictException($"The entity '{entity}' of module '{module.Name}' is not declared here.");
                var table = registry.TableOf(map);
                await database.Dialect.RaiseKeysAsync(connection, transaction, table, above, cancellationToken);
            }

            return row with { State = OwnerState.Owner, Epoch = epoch, Floor = epoch, Capture = capture };
        }, cancellationToken);

    public async Task FollowAsync(ModuleMap module, long epoch, bool reset, long? expected, CancellationToken cancellationToken)
    {
        if (reset) await ForgetAsync(module, epoch, expected, cancellationToken);
        await ChangeAsync(module, async (row, connection, transaction) =>
        {
            RequireExpected(row, expected);
            var fits = row.State switch
            {
                OwnerState.Follower => epoch >= row.Epoch,
                OwnerState.Fenced => epoch > row.Epoch,
                _ => false,
            };
            if (!fits) throw Conflict(row, $"it cannot follow at epoch {epoch}");
            // Nothing tells it to forget: it goes on as it is, and opens at no epoch.
            if (!reset && !row.HasBegun) return row;
            if (reset) await connection.Command(transaction, database.Sql.ForgetVersions, ("@module", module.Name)).RunAsync(cancellationToken);
            // Forgotten versions no longer hold back what an earlier epoch may still have on its way.
            var floor = reset ? Math.Max(row.Floor, epoch - 1) : row.Floor;
            return row with { State = OwnerState.Follower, Epoch = epoch, Floor = floor, Capture = false };
        }, cancellationToken);
    }

    /// <summary>Most of the versions go before the step, some at a time: a million at once would hold up all who write beside it.</summary>
    private async Task ForgetAsync(ModuleMap module, long epoch, long? expected, CancellationToken cancellationToken)
    {
        const int some = 1_000;
        int forgotten;
        do
        {
            forgotten = await database.WriteAsync(urgent: false, async (connection, transaction) =>
            {
                var row = await ownerships.EnterAsync(connection, transaction, module.Name, wait: true, cancellationToken);
                // Nothing is forgotten for a step that would be refused.
                RequireExpected(row, expected);
                return (row.State == OwnerState.Follower && epoch >= row.Epoch) || (row.State == OwnerState.Fenced && epoch > row.Epoch)
                    ? await connection.Command(transaction, database.Sql.ForgetSomeVersions, ("@module", module.Name), ("@limit", some)).RunAsync(cancellationToken)
                    : 0;
            }, cancellationToken);
        }
        while (forgotten == some);
    }

    public async Task CaptureAsync(ModuleMap module, bool enabled, long? expected, long? at, CancellationToken cancellationToken)
    {
        var last = 0L;
        await ChangeAsync(module, async (row, connection, transaction) =>
        {
            RequireExpected(row, expected);
            if (row.State != OwnerState.Owner) throw Conflict(row, "only an owner captures");
            if (at < row.Epoch) throw Conflict(row, $"it cannot go back to epoch {at}");
            if (enabled) RequirePeer(row);
            // Rows changed while capture was off must count as newer than anything the receiver has had.
            if (enabled && !row.Capture) await connection.Command(transaction, database.Sql.SkipPosition).RunAsync(cancellationToken);
            last = await LastPositionAsync(connection, transaction, cancellationToken);
            return row with { Capture = enabled, Epoch = at ?? row.Epoch, Floor = at ?? row.Floor };
        }, cancellationToken);
        // What is written from here on belongs to a capture that another coordinator may have turned on meanwhile.
        if (!enabled) await DiscardAsync(module, last, cancellationToken);
    }

    public Task DetachAsync(ModuleMap module, bool detached, CancellationToken cancellationToken) =>
        ChangeAsync(module, (row, _, _) => Task.FromResult(row with { Detached = detached }), cancellationToken);

    /// <summary>Switches the module off for good on this side.</summary>
    public Task RetireAsync(ModuleMap module, long epoch, CancellationToken cancellationToken) =>
        ChangeAsync(module, (row, _, _) => row.State switch
        {
            OwnerState.Retired => Task.FromResult(row),
            OwnerState.Owner => throw Conflict(row, "an owner cannot be retired"),
            _ when epoch < row.Epoch => throw Conflict(row, $"it cannot be retired at epoch {epoch}"),
            _ => Task.FromResult(row with { State = OwnerState.Retired, Epoch = epoch, Capture = false }),
        }, cancellationToken);

    /// <summary>The owner's part of a retirement: there is nobody left to deliver to but the subscribers.</summary>
    public async Task RetireOtherAsync(ModuleMap module, CancellationToken cancellationToken)
    {
        var keep = receivers.SubscribersOf(module.Name).Count > 0;
        await ChangeAsync(module, (row, _, _) => row.State == OwnerState.Owner
            ? Task.FromResult(row with { Capture = keep && row.Capture, PeerRetired = keep && row.Capture })
            : throw Conflict(row, "it is not the owner"), cancellationToken);
        await deliveries.DiscardAsync(module.Name, long.MaxValue, cancellationToken);
        signals.Acknowledged(module.Name).Give();
    }

    private async Task DiscardAsync(ModuleMap module, long through, CancellationToken cancellationToken)
    {
        foreach (var receiver in receivers.Of(module.Name))
        {
            await deliveries.DiscardAsync(receiver.Name, through, cancellationToken);
            signals.Acknowledged(receiver.Name).Give();
        }
    }

    private async Task ChangeAsync(ModuleMap module, Func<ModuleOwnership, DbConnection, DbTransaction, Task<ModuleOwnership>> change, CancellationToken cancellationToken)
    {
        using var turn = await EnterAsync(module, cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await database.Dialect.BeginExclusiveAsync(connection, module.Name, options.Value.FenceTimeout, cancellationToken);
        var row = await ownerships.ReadAsync(connection, transaction, module.Name, wait: true, cancellationToken);
        // Nobody writes at this moment: every position that was ever issued is settled.
        settled.Settle(module.Name, await LastPositionAsync(connection, transaction, cancellationToken));
        var changed = await change(row, connection, transaction);
        if (changed != row) await ownerships.WriteAsync(connection, transaction, changed, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        ownerships.Remember(changed);
        if (changed != row) LogChanged(logger, module.Name, row.State, row.Epoch, changed.State, changed.Epoch, changed.Capture);
    }

    private async ValueTask<IDisposable> EnterAsync(ModuleMap module, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.FenceTimeout);
        try
        {
            return await database.EnterUrgentAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw LockTimeoutException.OfModule(module.Name, options.Value.FenceTimeout, database.Dialect.Description, "of this process");
        }
    }

    private async Task<long> LastPositionAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken) =>
        Convert.ToInt64(await connection.Command(transaction, database.Sql.LastPosition).ScalarAsync(cancellationToken), CultureInfo.InvariantCulture);

    private async Task<Dictionary<string, long>> HighestKeysAsync(ModuleMap module, DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var keys = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var entity in module.Entities.Where(entity => entity.HasNumericKey))
        {
            var table = registry.TableOf(entity);
            if (table.KeyIsGenerated && await database.Dialect.HighestKeyAsync(connection, transaction, table, cancellationToken) is { } highest)
                keys[entity.Name] = highest;
        }

        return keys;
    }

    /// <summary>A coordinator that stood still may call late: what it knew then must still hold.</summary>
    private static void RequireExpected(ModuleOwnership row, long? expected)
    {
        if (expected is { } known && known != row.Epoch) throw Conflict(row, $"the caller knew it at epoch {known}, and it has moved on");
    }

    /// <summary>Changes captured for nobody would be missing on the other side after it is switched on.</summary>
    private void RequirePeer(ModuleOwnership row)
    {
        if (receivers.PeerOf(row.Module) is null) throw Conflict(row, $"nobody receives its changes; set Sync:Peers:{row.Module} to the other side's address");
    }

    private static OwnershipConflictException Conflict(ModuleOwnership row, string what) =>
        new($"This side is {row.State.ToString().ToLowerInvariant()} of module '{row.Module}' at epoch {row.Epoch}: {what}.");

    [LoggerMessage(3301, LogLevel.Information, "Module {Module}: {OldState} at epoch {OldEpoch} became {State} at epoch {Epoch}, capture {Capture}.")]
    private static partial void LogChanged(ILogger logger, string module, OwnerState oldState, long oldEpoch, OwnerState state, long epoch, bool capture);
}
