using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Strangler.Plan;
using Strangler.Stages.Sides;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;

namespace Strangler.Stages.Background;

/// <summary>
/// Keeps a recent reading of both sides of every module, and tidies what a rollback could not finish because a side did not answer:
/// capture that nobody receives, and modules that ask a service which is no longer kept up to date. A module without an owner gets one again.
/// </summary>
internal sealed partial class SideWatch(
    SideClient sides, ModuleStates states, IStageStore store, OwnerTakeover takeover, PositionWait positions, Func<PlanSnapshot> plan, IOptions<StageOptions> options, TimeProvider time, ILogger<SideWatch> log) : BackgroundService
{
    private readonly ConcurrentDictionary<string, SideReadings> _readings = new(StringComparer.Ordinal);

    /// <summary>The latest reading of a module.</summary>
    public SideReadings Of(string module) => _readings.TryGetValue(module, out var readings) ? readings : SideReadings.Unread;

    /// <summary>Reads a module now.</summary>
    public async Task<SideReadings> ReadAsync(PlannedModule module, CancellationToken cancellation)
    {
        var readings = await SideReadings.ReadAsync(sides, module, cancellation).ConfigureAwait(false);
        _readings[module.Name] = readings;
        if (readings.Of(states.Of(module.Name).Owner) is { } owner) positions.Note(owner);
        return readings;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.WatchInterval, time);
        do
        {
            try
            {
                await Task.WhenAll(plan().Modules.Values.Select(module => WatchAsync(module, stoppingToken))).ConfigureAwait(false);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // The edge of a background loop: the next look may go better.
                WatchFailed(error);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private async Task WatchAsync(PlannedModule module, CancellationToken cancellation)
    {
        var readings = await ReadAsync(module, cancellation).ConfigureAwait(false);
        if (module.Data != DataMode.Synced || readings.Legacy is not { } legacy) return;
        var ownerless = !states.Of(module.Name).Switching && OwnerTakeover.LeftFenced(legacy, readings.Service) is not null;
        if (!ownerless && !Untidy(states.Of(module.Name), legacy)) return;
        var lease = await ModuleLease.TakeAsync(store, module.Name, options.Value.LeaseDuration, time, cancellation).ConfigureAwait(false);
        if (lease is null) return;
        await using (lease.ConfigureAwait(false))
        {
            // Under the lease nobody else moves the module: look again, then act.
            var stored = await store.StateAsync(module.Name, cancellation).ConfigureAwait(false);
            if (await store.OpenSwitchAsync(module.Name, cancellation).ConfigureAwait(false) is not null) return;
            var state = stored?.State ?? ModuleState.Initial(module.Name);
            if (ownerless)
            {
                await takeover.CheckAsync(stored ?? new StoredState(state, time.GetUtcNow()), module, lease, cancellation).ConfigureAwait(false);
                return;
            }

            try
            {
                var now = await sides.StatusAsync(module.Name, Side.Legacy, cancellation).ConfigureAwait(false);
                if (!Untidy(state, now)) return;
                if (now.Detached) await sides.DetachAsync(module.Name, Side.Legacy, detached: false, cancellation).ConfigureAwait(false);
                if (state.Stage == Stage.Legacy && now.Capture) await sides.CaptureAsync(module.Name, Side.Legacy, enabled: false, now.Epoch, now.Epoch, cancellation).ConfigureAwait(false);
                Tidied(module.Name);
            }
            catch (SideException error)
            {
                TidyFailed(module.Name, error.Message);
            }
        }
    }

    private static bool Untidy(ModuleState state, SideStatus legacy) =>
        state is { Switching: false, Owner: Side.Legacy } && legacy.IsOwner && legacy.Epoch == state.Epoch && (legacy.Detached || (state.Stage == Stage.Legacy && legacy.Capture));

    [LoggerMessage(2220, LogLevel.Error, "The sides could not be watched.")]
    private partial void WatchFailed(Exception error);

    [LoggerMessage(2221, LogLevel.Information, "Module {Module}: the legacy was tidied up after a rollback.")]
    private partial void Tidied(string module);

    [LoggerMessage(2222, LogLevel.Warning, "Module {Module}: the legacy could not be tidied up: {Error}")]
    private partial void TidyFailed(string module, string error);
}
