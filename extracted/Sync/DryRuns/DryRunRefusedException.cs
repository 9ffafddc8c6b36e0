namespace Sync;

/// <summary>Thrown in a dry run where it cannot go on. Nothing of it stays; code need not catch it.</summary>
public sealed class DryRunRefusedException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">Why the dry run cannot go on.</param>
    public DryRunRefusedException(string reason)
        : base($"The dry run ends here: {reason}.") => Reason = reason;

    /// <summary>Why the dry run cannot go on.</summary>
    public string Reason { get; }
}
