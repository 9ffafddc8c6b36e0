using Strangler.Plan;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;

namespace Strangler.Stages;

/// <summary>What comes before every operation: the lease, the end of an unfinished switch, and the state that holds then.</summary>
internal sealed partial class StageMachine
{
    private static readonly TimeSpan BusyPatience = TimeSpan.FromSeconds(1);

    /// <summary>Ends an unfinished switch, if this proxy may.</summary>
    public async Task ResumeAsync(string module, CancellationToken cancellation)
    {
        var lease = await ModuleLease.TakeAsync(store, module, options.Value.LeaseDuration, time, cancellation).ConfigureAwait(false);
        if (lease is null) return;
        await using (lease.ConfigureAwait(false))
        {
            var open = await store.OpenSwitchAsync(module, cancellation).ConfigureAwait(false);
            if (open is not null) await ownership.ResumeAsync(open, Resumed(open), lease, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The module's state after an unfinished switch has been ended and the sides have been heard.</summary>
    private async Task<StoredState> ReadyAsync(PlannedModule planned, ModuleLease lease, CancellationToken cancellation)
    {
        var open = await store.OpenSwitchAsync(planned.Name, cancellation).ConfigureAwait(false);
        if (open is not null) await ownership.ResumeAsync(open, Resumed(open), lease, cancellation).ConfigureAwait(false);
        var stored = await StoredAsync(planned.Name, cancellation).ConfigureAwait(false);
        states.Publish(stored.State);
        return await takeover.CheckAsync(stored, planned, lease, cancellation).ConfigureAwait(false) ? await StoredAsync(planned.Name, cancellation).ConfigureAwait(false) : stored;
    }

    /// <summary>The judge and the watch of every proxy take the lease for moments at a time: whoever asks for a step must not be refused for meeting them.</summary>
    private async Task<ModuleLease> LeaseAsync(string module, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            if (await ModuleLease.TakeAsync(store, module, options.Value.LeaseDuration, time, cancellation).ConfigureAwait(false) is { } lease) return lease;
            if (time.GetElapsedTime(started) >= BusyPatience) throw new ModuleBusyException(module);
            await Task.Delay(LookAgain, time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<StoredState> StoredAsync(string module, CancellationToken cancellation) =>
        await store.StateAsync(module, cancellation).ConfigureAwait(false) ?? new StoredState(ModuleState.Initial(module), time.GetUtcNow());

    private PlannedModule Planned(string module) =>
        plan().Modules.TryGetValue(module, out var planned) ? planned : throw new UnknownModuleException(module, plan().Modules.Keys);

    private AuditEntry Resumed(SwitchEntry open) => Audit(
        open.Module, open.To == Side.Service ? "advance" : "rollback", open.From == Side.Legacy ? "Canary" : "Extracted", Describe(open.TargetStage, open.TargetPercent), false, "resumed after an interruption", open.Error);
}
