using System.Text.Json;
using Strangler.Evidence;
using Strangler.Stages.Gates;
using Strangler.Stages.Judging;
using Strangler.Stages.Store;

namespace Strangler.Stages;

/// <summary>What a step was decided on, as it is kept: who asked when, under which plan, every condition and every number behind them.</summary>
/// <param name="From">The stage before, for example <c>Canary 10%</c>.</param>
/// <param name="To">The stage after.</param>
/// <param name="By">Who asked, in the asker's own words.</param>
/// <param name="Forced">True when a condition was skipped.</param>
/// <param name="Reason">Why it was, in the asker's words.</param>
/// <param name="Conditions">All conditions, met or not.</param>
/// <param name="Endpoints">What had been measured of each endpoint.</param>
/// <param name="Canary">What the judge saw; null before <c>Canary</c>.</param>
internal sealed record StepEvidence(
    string From, string To, string? By, bool Forced, string? Reason, IReadOnlyList<Condition> Conditions, IReadOnlyList<EndpointEvidence> Endpoints, CanaryVerdict? Canary)
{
    public EvidenceRecord Record(DateTimeOffset at, string module, string plan) => new(at, module, $"{From} -> {To}", plan, JsonSerializer.Serialize(this, JudgedAction.Json));
}
