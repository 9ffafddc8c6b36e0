namespace Strangler.Stages.Sides;

/// <summary>What is known about a call to a side that has not succeeded.</summary>
internal enum SideFailure
{
    /// <summary>No connection was made: nothing has happened there.</summary>
    NotSent,

    /// <summary>The side refused: nothing has happened there.</summary>
    Refused,

    /// <summary>No answer, or an error while working: it may have happened.</summary>
    Unknown,
}

/// <summary>A call to a side has not succeeded.</summary>
internal sealed class SideException(Side side, string call, SideFailure failure, int? status, string detail, Exception? inner = null)
    : Exception($"The {side.ToString().ToLowerInvariant()} side {(failure == SideFailure.Refused ? "refused" : "did not do")} '{call}': {detail}", inner)
{
    public Side Side { get; } = side;

    public SideFailure Failure { get; } = failure;

    public int? Status { get; } = status;
}
