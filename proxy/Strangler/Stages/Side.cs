namespace Strangler.Stages;

/// <summary>One of the two places where a module can run.</summary>
public enum Side
{
    /// <summary>The monolith.</summary>
    Legacy,

    /// <summary>The extracted service.</summary>
    Service,
}
