using Microsoft.Extensions.Primitives;
using Strangler.Evidence;
using Strangler.Forwarding;
using Strangler.Plan;

namespace Strangler.Mirroring;

/// <summary>A read that a client has been answered and that the other side shall be asked too.</summary>
internal sealed record MirrorJob(
    PlannedRoute Route,
    Stages.Side AnsweredBy,
    string Method,
    string Target,
    IReadOnlyList<KeyValuePair<string, StringValues>> Headers,
    MirrorAnswer Answer,
    DateTimeOffset At,
    PlanLimits Limits,
    MirroredRequest Request)
{
    /// <summary>A read that no client waits for: both sides are to be asked.</summary>
    public static MirrorJob OfBoth(PlannedRoute route, string method, string target, IReadOnlyList<KeyValuePair<string, StringValues>> headers, IReadOnlyList<string> origins, DateTimeOffset at, PlanLimits limits) =>
        new(route, Stages.Side.Legacy, method, target, headers, new MirrorAnswer(0, null, null, default) { Origins = origins }, at, limits, new MirrorCounts().TakeIn());
}
