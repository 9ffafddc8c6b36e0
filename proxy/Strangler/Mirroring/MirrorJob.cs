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
    MirroredRequest Request);
