namespace Strangler.Evidence;

/// <summary>How a mirrored request ended. Every one ends in exactly one class.</summary>
public enum ComparisonClass
{
    /// <summary>Both sides answered alike.</summary>
    Match,

    /// <summary>The sides answered differently.</summary>
    Mismatch,

    /// <summary>They differed only where one side alone differs from itself.</summary>
    Noise,

    /// <summary>They differed while a change was on its way, and no longer when asked again.</summary>
    Lag,

    /// <summary>The other side could not be reached or broke off.</summary>
    CandidateFailed,

    /// <summary>The other side took longer than <c>limits.candidateTimeout</c>.</summary>
    TimedOut,

    /// <summary>The queue was full: clients come first.</summary>
    Shed,

    /// <summary>The body is larger than <c>limits.mirrorBody</c>.</summary>
    TooLarge,

    /// <summary>A request or an answer of a kind that cannot be compared.</summary>
    Unsupported,
}
