namespace Sync.Reconcile;

/// <summary>A difference that outlasted the lag.</summary>
/// <param name="Entity">The entity.</param>
/// <param name="Key">The row's key.</param>
/// <param name="Kind">missing (the receiver lacks it), extra (only the receiver has it) or different.</param>
/// <param name="Fields">The names of the differing fields.</param>
internal sealed record Difference(string Entity, string Key, string Kind, IReadOnlyList<string> Fields);

/// <summary>What a reconcile found.</summary>
internal sealed record ReconcileResult(
    string State, long Rows, double RowsPerSecond, long Differences, long Repaired, IReadOnlyList<Difference> Examples, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, string? Error)
{
    public static ReconcileResult None { get; } = new("none", 0, 0, 0, 0, [], null, null, null);
}
