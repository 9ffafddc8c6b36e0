using Strangler.Stages;

namespace Strangler.Decision;

/// <summary>Why a request goes where it goes.</summary>
public enum DecisionReason
{
    /// <summary>The plan does not name the endpoint: the legacy answers.</summary>
    NotPlanned,

    /// <summary>The request target can be read in more than one way: the legacy answers, as it did before there was a proxy.</summary>
    AmbiguousTarget,

    /// <summary>The endpoint's stage leaves reads with the legacy.</summary>
    BeforeCanary,

    /// <summary>The client belongs to the share whose reads go to the service.</summary>
    CanaryChosen,

    /// <summary>The client does not belong to the share whose reads go to the service.</summary>
    CanaryNotChosen,

    /// <summary>A tester has asked for this side, with a token of the operator's.</summary>
    Forced,

    /// <summary>The service answers the reads.</summary>
    Extracted,

    /// <summary>The legacy module is switched off.</summary>
    Retired,

    /// <summary>A write goes to the owner.</summary>
    Owner,
}

/// <summary>Where a request goes, and why.</summary>
/// <param name="Target">The side.</param>
/// <param name="Reason">The reason.</param>
public readonly record struct EndpointDecision(Side Target, DecisionReason Reason)
{
    /// <summary>The number of canary buckets: a client's bucket is below it, and one percent is a hundredth of it.</summary>
    public const int Buckets = 10_000;

    /// <summary>
    /// Decides about a request of a planned endpoint. Pure, without allocation, and independent of the size of the plan.
    /// A client stays chosen when the share grows, as its bucket does not change.
    /// </summary>
    /// <param name="writes">True when the endpoint writes.</param>
    /// <param name="stage">The stage of the endpoint: <see cref="ModuleState.StageOf"/>.</param>
    /// <param name="state">What is believed about the module.</param>
    /// <param name="bucket">The client's bucket, 0 to 9,999; looked at only at <see cref="Stage.Canary"/>.</param>
    public static EndpointDecision Decide(bool writes, Stage stage, ModuleState state, int bucket)
    {
        if (state.Stage == Stage.Retired) return new EndpointDecision(Side.Service, DecisionReason.Retired);
        if (writes) return new EndpointDecision(state.Owner, DecisionReason.Owner);
        return stage switch
        {
            Stage.Extracted => new EndpointDecision(Side.Service, DecisionReason.Extracted),
            Stage.Canary => bucket < state.CanaryPercent * (Buckets / 100)
                ? new EndpointDecision(Side.Service, DecisionReason.CanaryChosen)
                : new EndpointDecision(Side.Legacy, DecisionReason.CanaryNotChosen),
            _ => new EndpointDecision(Side.Legacy, DecisionReason.BeforeCanary),
        };
    }
}
