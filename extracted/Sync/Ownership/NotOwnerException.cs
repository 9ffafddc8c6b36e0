namespace Sync;

/// <summary>Thrown by a save that this side may not make. Nothing has been written; the other side is the owner, or a switch is under way.</summary>
public sealed class NotOwnerException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    public NotOwnerException(string module, long epoch, OwnerState state)
        : base($"This side is not the owner of module '{module}' (epoch {epoch}, {state.ToString().ToLowerInvariant()}): nothing has been written.")
    {
        Module = module;
        Epoch = epoch;
        State = state;
    }

    /// <summary>The module that was to be changed.</summary>
    public string Module { get; }

    /// <summary>The highest epoch that this side knows.</summary>
    public long Epoch { get; }

    /// <summary>What this side is to the module.</summary>
    public OwnerState State { get; }
}
