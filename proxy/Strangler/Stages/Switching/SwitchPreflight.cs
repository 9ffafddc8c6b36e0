using System.Globalization;
using Microsoft.Extensions.Options;
using Strangler.Plan;
using Strangler.Stages.Gates;
using Strangler.Stages.Sides;

namespace Strangler.Stages.Switching;

/// <summary>
/// Looks, before any write is held, whether a switch can be quick: both sides answer, agree about the owner, nothing is parked, and only a
/// little is under way. None of it is a matter of correctness, and all of it is what makes a pause short.
/// </summary>
internal sealed class SwitchPreflight(SideClient sides, IOptions<StageOptions> options, TimeProvider time)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(25);

    /// <summary>The conditions; all met when the switch may begin.</summary>
    public async Task<IReadOnlyList<Condition>> CheckAsync(ModuleState state, PlannedModule planned, CancellationToken cancellation)
    {
        if (planned.Data != DataMode.Synced) return [];
        var to = state.Owner == Side.Legacy ? Side.Service : Side.Legacy;
        var mostLag = options.Value.PreflightLag.TotalSeconds;
        var started = time.GetTimestamp();
        while (true)
        {
            var other = sides.StatusAsync(planned.Name, to, cancellation);
            var owner = await sides.StatusAsync(planned.Name, state.Owner, cancellation).ConfigureAwait(false);
            var receiver = await other.ConfigureAwait(false);
            Condition[] conditions =
            [
                new("owner", $"{Name(state.Owner)} at epoch {state.Epoch}", $"{Name(state.Owner)} is {owner.State} at epoch {owner.Epoch}", owner.IsOwner && owner.Epoch == state.Epoch, $"Look at 'strangler status'. If the {Name(state.Owner)} side has lost its database or was restored from a backup: docs/runbooks/lost-owner.md.", true),
                new("receiver", $"{Name(to)} is no owner and not retired", $"{Name(to)} is {receiver.State}", receiver is { IsOwner: false, IsRetired: false }, $"Look at 'strangler status'. If the {Name(to)} side was restored from a backup: docs/runbooks/restored-monolith.md.", true),
                new("receiver's data", $"{Name(to)} was filled", receiver.Epoch > 0 ? "filled" : "never told to follow", receiver.Epoch > 0, $"The {Name(to)} side has lost its data: go back with 'strangler rollback MODULE --to Legacy' and begin again.", true),
                new("parked changes", "0", owner.Parked.ToString(CultureInfo.InvariantCulture), owner.Parked == 0, "Retry or discard them: 'strangler parked list MODULE'.", true),
                new("capture", "on", owner.Capture ? "on" : "off", owner.Capture, "The other side has not been sent every change; compare with 'strangler reconcile MODULE --repair'.", true),
                new("changes under way", string.Create(CultureInfo.InvariantCulture, $"the oldest younger than {mostLag:0.###} s"), string.Create(CultureInfo.InvariantCulture, $"{owner.Pending}, the oldest {owner.LagSeconds:0.##} s"), owner.LagSeconds < mostLag, $"The {Name(to)} side answers, but has not applied them yet: a long transaction or heavy writing on the {Name(state.Owner)} side, or a slow database behind the other, may be the cause. Wait ('strangler wait MODULE'), then try again. Where changes always take that long, allow it with Strangler:Stages:PreflightLag; writes wait about as long.", true),
            ];
            var settled = conditions.All(c => c.Met);
            if (settled)
            {
                // The same call and connection as in the switch: what has run once is not compiled or connected while writes wait.
                await sides.DrainAsync(planned.Name, state.Owner, owner.Position, TimeSpan.FromMilliseconds(100), cancellation).ConfigureAwait(false);
                return conditions;
            }

            if (conditions[..5].Any(c => !c.Met) || time.GetElapsedTime(started) > options.Value.PreflightLimit) return conditions;
            await Task.Delay(LookAgain, time, cancellation).ConfigureAwait(false);
        }
    }

    private static string Name(Side side) => side.ToString().ToLowerInvariant();
}
