namespace Strangler.Admin;

/// <summary>The body of <c>advance</c>.</summary>
internal sealed record AdvanceBody(string? To, int? Percent, bool? Force, string? Reason, string? By);

/// <summary>The body of <c>side-token</c>.</summary>
internal sealed record SideTokenBody(string? Side, int? Seconds);

/// <summary>The body of <c>rollback</c>.</summary>
internal sealed record RollbackBody(string? To, string? Reason);

/// <summary>The body of <c>backfill</c>.</summary>
internal sealed record BackfillBody(bool? Restart);

/// <summary>The body of <c>reconcile</c>.</summary>
internal sealed record ReconcileBody(bool? Repair);

/// <summary>The body of <c>detach</c>.</summary>
internal sealed record DetachBody(bool? Detached);

/// <summary>The body of <c>parked/retry</c> and <c>parked/discard</c>.</summary>
internal sealed record PositionsBody(IReadOnlyList<long>? Positions);

/// <summary>The body of <c>hold</c>; without a stage the endpoint is let go.</summary>
internal sealed record HoldBody(string? Endpoint, string? Stage);
