using Strangler.Plan;

namespace Strangler.Evidence;

/// <summary>A request for a module's endpoint that was sent to the legacy.</summary>
/// <param name="At">When it was sent.</param>
/// <param name="Endpoint">The endpoint; null when a request that no endpoint names turned out to be the module's.</param>
/// <param name="Ambiguous">True when its path was spelled so that servers may read it differently: such a request goes to the legacy at every stage.</param>
public sealed record LegacyCall(DateTimeOffset At, PlannedEndpoint? Endpoint, bool Ambiguous);
