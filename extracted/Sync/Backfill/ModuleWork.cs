using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sync.Capture;
using Sync.Databases;
using Sync.Delivery;
using Sync.Ownership;
using Sync.Reconcile;

namespace Sync.Backfill;

/// <summary>Runs backfills and reconciles in the background, one at a time for each module, and keeps their progress.</summary>
internal sealed partial class ModuleWork(
    SyncDatabase database,
    ModuleRegistry registry,
    OwnershipStore ownerships,
    BackfillJob backfills,
    ReconcileJob reconciles,
    IOptions<SyncOptions> options,
    TimeProvider time,
    ILogger<ModuleWork> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<string, Work> _work = new(StringComparer.Ordinal);
    private CancellationToken _stopping;

    /// <summary>Starts or resumes a backfill; does nothing when one is under way and no restart is asked. A restart first ends the one under way, so that its completion is not taken for the new one's.</summary>
    /// <exception cref="OwnershipConflictException">This side is not a capturing owner.</exception>
    public async Task StartBackfillAsync(ModuleMap module, bool restart, CancellationToken cancellationToken)
    {
        var work = Of(module);
        await work.Starting.WaitAsync(cancellationToken);
        try
        {
            if (work.Run is { Ended.Task.IsCompleted: false } run)
            {
                // One that says it has failed or is complete may still be storing that: whoever has read it may begin the next.
                if (!restart && work.Backfill is { State: BackfillProgress.Running }) return;
                await run.Cancel.CancelAsync();
                // Whoever asked may go away: what was ended for the restart must be begun anew all the same.
                cancellationToken = _stopping;
                await run.Ended.Task.WaitAsync(cancellationToken);
            }

            var progress = await backfills.BeginAsync(module, restart, cancellationToken);
            work.Backfill = progress;
            var next = new BackfillRun();
            // From here on the work is recorded as begun, whoever asked for it may go away.
            await work.Jobs.Writer.WriteAsync(token => BackfillAsync(module, work, next, progress, token), CancellationToken.None);
            work.Run = next;
        }
        finally
        {
            work.Starting.Release();
        }
    }

    /// <summary>Starts a reconcile; does nothing when one is under way.</summary>
    /// <exception cref="OwnershipConflictException">This side is not the owner.</exception>
    public async Task StartReconcileAsync(ModuleMap module, bool repairs, CancellationToken cancellationToken)
    {
        var work = Of(module);
        await work.Starting.WaitAsync(cancellationToken);
        try
        {
            if (work.Reconcile is { State: "running" }) return;
            var row = await ownerships.RefreshAsync(module.Name, cancellationToken);
            if (row.State != OwnerState.Owner)
                throw new OwnershipConflictException($"Module '{module.Name}' can be reconciled by its owner only; this side is {row.State.ToString().ToLowerInvariant()}.");
            var begun = ReconcileResult.None with { State = "running", StartedAt = time.GetUtcNow() };
            // Stored, so that a process that ends meanwhile leaves a trace of it.
            await SaveReconcileAsync(module, begun, cancellationToken);
            work.Reconcile = begun;
            await work.Jobs.Writer.WriteAsync(token => ReconcileAsync(module, work, repairs, token), CancellationToken.None);
        }
        finally
        {
            work.Starting.Release();
        }
    }

    public async Task<BackfillProgress?> BackfillOfAsync(ModuleMap module, CancellationToken cancellationToken)
    {
        if (Of(module).Backfill is { } known) return known;
        return await database.ReadAsync(connection => BackfillProgress.ReadAsync(database, connection, null, module.Name, cancellationToken), cancellationToken);
    }

    public async Task<ReconcileResult> ReconcileOfAsync(ModuleMap module, CancellationToken cancellationToken)
    {
        if (Of(module).Reconcile is { } known) return known;
        var stored = await database.ReadAsync(connection => connection.Command(null, database.Sql.ReadReconcile, ("@module", module.Name)).ListAsync(row => row.GetString(1), cancellationToken), cancellationToken);
        return stored.Count > 0 ? JsonSerializer.Deserialize<ReconcileResult>(stored[0], SyncJson.Options)! : ReconcileResult.None;
    }

    /// <summary>Forgets what is kept in memory of a module's backfill, when a new life of the module begins.</summary>
    public void Forget(ModuleMap module) => Of(module).Backfill = null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _stopping = stoppingToken;
        foreach (var module in registry.Modules)
        {
            await ResumeAsync(module, stoppingToken);
            await FailLeftReconcileAsync(module, stoppingToken);
        }

        await Task.WhenAll(registry.Modules.Select(module => RunAsync(Of(module), stoppingToken)));
    }

    private static async Task RunAsync(Work work, CancellationToken stopping)
    {
        await foreach (var job in work.Jobs.Reader.ReadAllAsync(stopping)) await job(stopping);
    }

    /// <summary>A backfill that this process left under way when it ended goes on.</summary>
    private async Task ResumeAsync(ModuleMap module, CancellationToken stopping)
    {
        try
        {
            if (await BackfillOfAsync(module, stopping) is not { State: BackfillProgress.Running } left) return;
            try
            {
                await StartBackfillAsync(module, restart: false, stopping);
            }
            catch (OwnershipConflictException error)
            {
                // Nobody works on it any more, and the status must not go on saying so.
                LogNotResumed(logger, module.Name, error.Message);
                await backfills.FailAsync(module, left, error.Message, stopping);
            }
        }
        catch (DbException error)
        {
            LogNotResumed(logger, module.Name, error.Message);
        }
    }

    /// <summary>A reconcile holds nothing worth going on with: it is begun anew by whoever wants it.</summary>
    private async Task FailLeftReconcileAsync(ModuleMap module, CancellationToken stopping)
    {
        var work = Of(module);
        await work.Starting.WaitAsync(stopping);
        try
        {
            // What is known in memory was begun by this process.
            if (work.Reconcile is not null || await ReconcileOfAsync(module, stopping) is not { State: "running" } left) return;
            await SaveReconcileAsync(module, left with { State = "failed", Error = "The process ended while it ran.", FinishedAt = time.GetUtcNow() }, stopping);
        }
        catch (DbException error)
        {
            LogNotStored(logger, module.Name, error);
        }
        finally
        {
            work.Starting.Release();
        }
    }

    private async Task BackfillAsync(ModuleMap module, Work work, BackfillRun run, BackfillProgress progress, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, run.Cancel.Token);
        try
        {
            await BackfillAsync(module, progress, now => work.Backfill = progress = now, ending.Token);
            LogBackfilled(logger, module.Name, progress.Rows, progress.RowsPerSecond);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The stored progress says "running": the next start goes on, or the restart that ended this one begins anew.
        }
        catch (Exception error)
        {
            LogBackfillFailed(logger, module.Name, error);
            var failed = progress with { State = BackfillProgress.Failed, Error = error.Message, Finished = time.GetUtcNow().ToUnixTimeMilliseconds() };
            work.Backfill = failed;
            await StoreAsync(() => backfills.FailAsync(module, failed, error.Message, stopping), module);
        }
        finally
        {
            run.Ended.TrySetResult();
        }
    }

    /// <summary>Waits for a side or a database that is away, and goes on behind the last chunk that was taken; with smaller ones where a chunk took the receiver too long.</summary>
    private async Task BackfillAsync(ModuleMap module, BackfillProgress progress, Action<BackfillProgress> report, CancellationToken cancellationToken)
    {
        var chunk = options.Value.BackfillChunk;
        var moved = time.GetTimestamp();
        for (var attempts = 1; ; attempts++)
        {
            try
            {
                await backfills.RunAsync(
                    module,
                    progress,
                    chunk,
                    now =>
                    {
                        report(progress = now);
                        (moved, attempts) = (time.GetTimestamp(), 0);
                    },
                    cancellationToken);
                return;
            }
            catch (Exception error) when (error is IOException and not BatchTooLargeException or DbException && time.GetElapsedTime(moved) < options.Value.BackfillPatience)
            {
                if (error is NoAnswerException) chunk = Math.Max(1, chunk / 2);
                LogBackfillWaits(logger, module.Name, error.Message);
                report(progress = progress with { Error = error.Message });
                await Task.Delay(Backoff.After(attempts, options.Value), time, cancellationToken);
            }
        }
    }

    private async Task ReconcileAsync(ModuleMap module, Work work, bool repairs, CancellationToken stopping)
    {
        ReconcileResult result;
        try
        {
            result = await reconciles.RunAsync(module, repairs, now => work.Reconcile = now, stopping);
            LogReconciled(logger, module.Name, result.Rows, result.RowsPerSecond, result.Differences, result.Repaired);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception error)
        {
            LogReconcileFailed(logger, module.Name, error);
            result = work.Reconcile! with { State = "failed", Error = error.Message, FinishedAt = time.GetUtcNow() };
        }

        work.Reconcile = result;
        await StoreAsync(() => SaveReconcileAsync(module, result, stopping), module);
    }

    private async Task SaveReconcileAsync(ModuleMap module, ReconcileResult result, CancellationToken cancellationToken)
    {
        using var turn = await database.EnterWriteAsync(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.Command(null, database.Sql.SaveReconcile,
            ("@module", module.Name), ("@state", result.State), ("@result", JsonSerializer.Serialize(result, SyncJson.Options))).RunAsync(cancellationToken);
    }

    private async Task StoreAsync(Func<Task> store, ModuleMap module)
    {
        try
        {
            await store();
        }
        catch (Exception error)
        {
            // The result is still in memory; only a restart forgets it.
            LogNotStored(logger, module.Name, error);
        }
    }

    private Work Of(ModuleMap module) => _work.GetOrAdd(module.Name, static _ => new Work());

    private sealed class Work
    {
        public Channel<Func<CancellationToken, Task>> Jobs { get; } = Channel.CreateBounded<Func<CancellationToken, Task>>(8);

        public volatile BackfillProgress? Backfill;
        public volatile ReconcileResult? Reconcile;
        public volatile BackfillRun? Run;

        public SemaphoreSlim Starting { get; } = new(1, 1);
    }

    /// <summary>A backfill that waits or runs.</summary>
    private sealed class BackfillRun
    {
        public CancellationTokenSource Cancel { get; } = new();

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(3401, LogLevel.Information, "The backfill of module {Module} is complete: {Rows} rows, {RowsPerSecond} a second.")]
    private static partial void LogBackfilled(ILogger logger, string module, long rows, double rowsPerSecond);

    [LoggerMessage(3402, LogLevel.Error, "The backfill of module {Module} failed; it can be resumed.")]
    private static partial void LogBackfillFailed(ILogger logger, string module, Exception error);

    [LoggerMessage(3405, LogLevel.Warning, "The backfill of module {Module} waits and goes on later: {Reason}")]
    private static partial void LogBackfillWaits(ILogger logger, string module, string reason);

    [LoggerMessage(3403, LogLevel.Warning, "The backfill of module {Module} was not resumed: {Reason}")]
    private static partial void LogNotResumed(ILogger logger, string module, string reason);

    [LoggerMessage(3404, LogLevel.Warning, "The outcome of the work on module {Module} was not stored.")]
    private static partial void LogNotStored(ILogger logger, string module, Exception error);

    [LoggerMessage(3501, LogLevel.Information, "The reconcile of module {Module} is complete: {Rows} rows, {RowsPerSecond} a second, {Differences} differences, {Repaired} repaired.")]
    private static partial void LogReconciled(ILogger logger, string module, long rows, double rowsPerSecond, long differences, long repaired);

    [LoggerMessage(3502, LogLevel.Error, "The reconcile of module {Module} failed.")]
    private static partial void LogReconcileFailed(ILogger logger, string module, Exception error);
}
