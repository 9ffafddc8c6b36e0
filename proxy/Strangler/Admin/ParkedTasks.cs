using System.Globalization;
using Strangler.Plan;
using Strangler.Stages;
using Strangler.Stages.Sides;
using Strangler.Stages.Store;

namespace Strangler.Admin;

/// <summary>What the operator does about changes that the other side refuses. The owner of the module keeps them.</summary>
internal sealed class ParkedTasks(SideClient sides, IStageStore store, ModuleStates states, Func<PlanSnapshot> plan, TimeProvider time)
{
    private const int MostPositions = 10_000;
    private const int MostDetails = 50;

    public async Task<object> ListAsync(string module, CancellationToken cancellation)
    {
        var owner = OwnerOf(module);
        return new { module, side = Name(owner), parked = await sides.ParkedAsync(module, owner, cancellation).ConfigureAwait(false) };
    }

    public async Task<object> RetryAsync(string module, IReadOnlyList<long>? positions, CancellationToken cancellation)
    {
        var (owner, chosen) = (OwnerOf(module), Checked(positions));
        var done = await sides.RetryParkedAsync(module, owner, chosen, cancellation).ConfigureAwait(false);
        await AuditAsync(module, "parked-retry", done.Count, null).ConfigureAwait(false);
        return new { module, side = Name(owner), positions = chosen, done.Count };
    }

    public async Task<object> DiscardAsync(string module, IReadOnlyList<long>? positions, CancellationToken cancellation)
    {
        var (owner, chosen) = (OwnerOf(module), Checked(positions));
        // Read before: afterwards nobody can say what it was.
        var parked = await sides.ParkedAsync(module, owner, cancellation).ConfigureAwait(false);
        var found = parked.Where(p => chosen.Contains(p.Position)).Select(p => $"{p.Entity} {p.Key} at {p.Position} for {p.Receiver}: {p.Error}").ToArray();
        // From here on not the caller's token: a caller that hangs up does not keep a discard out of the log.
        var done = await sides.DiscardParkedAsync(module, owner, chosen, CancellationToken.None).ConfigureAwait(false);
        var detail = string.Join("; ", found.Take(MostDetails)) + (found.Length > MostDetails ? $"; and {found.Length - MostDetails} more" : "");
        await AuditAsync(module, "parked-discard", done.Count, detail.Length > 0 ? detail : null).ConfigureAwait(false);
        return new { module, side = Name(owner), positions = chosen, done.Count };
    }

    private Side OwnerOf(string module)
    {
        var current = plan();
        if (!current.Modules.TryGetValue(module, out var planned)) throw new UnknownModuleException(module, current.Modules.Keys);
        return planned.Data == DataMode.Synced
            ? states.Of(module).Owner
            : throw new StageRequestException($"Nothing is ever parked: the data of '{module}' is \"{planned.Data.ToString().ToLowerInvariant()}\" in the plan.");
    }

    private static long[] Checked(IReadOnlyList<long>? positions) => positions switch
    {
        null or [] => throw new StageRequestException("The field 'positions' is missing: name the positions that the list shows."),
        { Count: > MostPositions } => throw new StageRequestException($"These are {positions.Count} positions; name at most {MostPositions} at once."),
        _ => [.. positions.Distinct()],
    };

    private static string Name(Side side) => side.ToString().ToLowerInvariant();

    private Task AuditAsync(string module, string action, int count, string? detail) => store.AuditAsync(
        new AuditEntry(time.GetUtcNow(), module, action, "", string.Create(CultureInfo.InvariantCulture, $"{count} changes"), false, null, plan().Version, detail), CancellationToken.None);
}
