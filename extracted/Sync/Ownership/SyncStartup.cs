using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sync.Capture;
using Sync.Databases;
using Sync.Delivery;

namespace Sync.Ownership;

/// <summary>Before the host serves anything: the sync tables, and a row for each module and receiver. Afterwards: notices what other instances change, and sweeps.</summary>
internal sealed partial class SyncStartup(SyncDatabase database, ModuleRegistry registry, OwnershipStore ownerships, DeliveryStore deliveries, IOptions<SyncOptions> options, TimeProvider time, ILogger<SyncStartup> logger) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        database.EnsureReady();
        foreach (var module in registry.Modules)
        {
            foreach (var entity in module.Entities) registry.TableOf(entity);
            await ownerships.RefreshAsync(module.Name, cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <summary>What the tables hold from the beginning; runs once, by whoever comes first.</summary>
    public static void Prepare(DbConnection connection, DbTransaction transaction, SyncSql sql, ModuleRegistry registry, Receivers receivers, SyncOptions options)
    {
        foreach (var module in registry.Modules) OwnershipStore.Create(connection, transaction, sql, module.Name, options.IsLegacy);
        foreach (var receiver in receivers.All)
            connection.Run(transaction, sql.InsertReceiver, ("@receiver", receiver.Name), ("@module", receiver.Module));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PollInterval, time);
        var swept = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var module in registry.Modules) await ownerships.RefreshAsync(module.Name, stoppingToken);
                if (time.GetElapsedTime(swept) < TimeSpan.FromMinutes(1)) continue;
                swept = time.GetTimestamp();
                await SweepAsync(stoppingToken);
            }
            catch (DbException error)
            {
                // The next round tries again; nothing depends on this one.
                LogNotRefreshed(logger, error);
            }
        }
    }

    /// <summary>In batches, each a short transaction: a million rows go without a writer waiting for more than one of them.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        var before = (time.GetUtcNow() - options.Value.TombstoneRetention).ToUnixTimeMilliseconds();
        int removed;
        do
        {
            removed = await database.WriteAsync(urgent: false, (connection, transaction) =>
                connection.Command(transaction, database.Sql.RemoveTombstones, ("@before", before), ("@limit", 1_000)).RunAsync(cancellationToken), cancellationToken);
        }
        while (removed > 0);
        await deliveries.SweepAsync(cancellationToken);
    }

    [LoggerMessage(3302, LogLevel.Warning, "The ownership rows could not be read again, or what is done with not be removed.")]
    private static partial void LogNotRefreshed(ILogger logger, Exception error);
}
