namespace Sync;

/// <summary>What a side is to a module.</summary>
public enum OwnerState
{
    /// <summary>Never owner, or no longer: it applies what the owner sends.</summary>
    Follower,

    /// <summary>The one side that may write.</summary>
    Owner,

    /// <summary>Was owner until a moment ago; writes nothing until it follows or is opened again.</summary>
    Fenced,

    /// <summary>Switched off for good on this side.</summary>
    Retired,
}
