using Microsoft.Extensions.Logging;
using Strangler.Plan;
using Strangler.Stages.Sides;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;

namespace Strangler.Stages;

/// <summary>
/// Compares what the store says about a synced module with what the sides say, and takes over the sides' word: a state file may be lost
/// or come from a backup, and the sides' databases are where ownership really lives.
/// </summary>
internal sealed partial class OwnerTakeover(IStageStore store, ModuleStates states, SideClient sides, Func<PlanSnapshot> plan, TimeProvider time, ILogger<OwnerTakeover> log)
{
    /// <summary>
    /// Looks, and saves and publishes another state if need be. To be called without an unfinished switch. Whoever holds the module's lease
    /// and passes it also has a side opened again that a late fence has left closed.
    /// </summary>
    /// <returns>True when something was taken over.</returns>
    public async Task<bool> CheckAsync(StoredState stored, PlannedModule planned, ModuleLease? lease, CancellationToken cancellation)
    {
        if (planned.Data != DataMode.Synced) return false;
        var state = stored.State;
        var asked = sides.TryStatusAsync(planned.Name, Side.Legacy, cancellation);
        var service = await sides.TryStatusAsync(planned.Name, Side.Service, cancellation).ConfigureAwait(false);
        var legacy = await asked.ConfigureAwait(false);
        var (side, status) = lease is not null && LeftFenced(legacy, service) is { } left
            ? (left, await ReopenAsync(state, left, legacy!, service!, lease, cancellation).ConfigureAwait(false))
            : Latest(legacy, service);
        if (status is null || (side == state.Owner && status.Epoch == state.Epoch) || status.Epoch < state.Epoch) return false;

        var stage = side == state.Owner ? state.Stage
            : side == Side.Service ? legacy is { IsRetired: true } ? Stage.Retired : Stage.Extracted
            : status.Capture ? Stage.Syncing : Stage.Legacy;
        var percent = stage == state.Stage ? state.CanaryPercent : stage >= Stage.Extracted ? 100 : 0;
        var next = state with { Owner = side, Epoch = status.Epoch, Stage = stage, CanaryPercent = percent, Switching = false, Version = state.Version + 1 };
        await store.SaveAsync(next, new AuditEntry(
            time.GetUtcNow(), planned.Name, "adopted", $"{state.Stage}, {state.Owner} at epoch {state.Epoch}", $"{next.Stage}, {next.Owner} at epoch {next.Epoch}", false,
            "the sides say so", plan().Version, null), cancellation).ConfigureAwait(false);
        states.Publish(next);
        TakenOver(planned.Name, next.Stage, next.Owner, next.Epoch);
        return true;
    }

    /// <summary>The side that is fenced while nobody is owner, or null. Only when both have spoken: a silent side may be the owner.</summary>
    public static Side? LeftFenced(SideStatus? legacy, SideStatus? service) => (legacy, service) switch
    {
        ({ IsFenced: true }, { IsOwner: false, IsFenced: false }) => Side.Legacy,
        ({ IsOwner: false, IsFenced: false }, { IsFenced: true }) => Side.Service,
        _ => null,
    };

    // It has everything that was ever acknowledged: a switch that went forward would have told it to follow, or be in the journal still.
    private async Task<SideStatus?> ReopenAsync(ModuleState state, Side side, SideStatus legacy, SideStatus service, ModuleLease lease, CancellationToken cancellation)
    {
        var epoch = Math.Max(Math.Max(legacy.Epoch, service.Epoch), state.Epoch) + 1;
        var (other, retired) = side == Side.Legacy ? (Side.Service, service.IsRetired) : (Side.Legacy, legacy.IsRetired);
        lease.ThrowIfLost();
        try
        {
            // Following at this epoch, the other side refuses an opening of a forgotten switch that is still on its way.
            if (!retired) await sides.FollowAsync(state.Module, other, epoch, reset: false, cancellation).ConfigureAwait(false);
            var opened = await sides.OpenAsync(state.Module, side, epoch, new Dictionary<string, long>(), state.Stage != Stage.Legacy || side == Side.Service, cancellation).ConfigureAwait(false);
            Reopened(state.Module, side, epoch);
            return opened;
        }
        catch (SideException error)
        {
            // The next look tries again.
            NotReopened(state.Module, side, error.Message);
            return null;
        }
    }

    private static (Side, SideStatus?) Latest(SideStatus? legacy, SideStatus? service)
    {
        (Side Side, SideStatus? Status)[] both = [(Side.Legacy, legacy), (Side.Service, service)];
        return both.Where(s => s.Status is { IsOwner: true }).OrderByDescending(s => s.Status!.Epoch).FirstOrDefault();
    }

    [LoggerMessage(2010, LogLevel.Warning, "Module {Module}: the sides know better than the store; taken over as {Stage}, owner {Owner} at epoch {Epoch}.")]
    private partial void TakenOver(string module, Stage stage, Side owner, long epoch);

    [LoggerMessage(2011, LogLevel.Warning, "Module {Module}: nobody was owner and no switch was under way; the {Side} side, which was fenced, is owner again at epoch {Epoch}.")]
    private partial void Reopened(string module, Side side, long epoch);

    [LoggerMessage(2012, LogLevel.Error, "Module {Module}: nobody is owner, and the {Side} side, which is fenced, could not be opened: {Error}")]
    private partial void NotReopened(string module, Side side, string error);
}
