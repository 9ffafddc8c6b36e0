namespace Sync;

/// <summary>
/// Lets code ask whether its request is a dry run: a write that is asked of a side which does not own the data, only to see what it would do. What goes through a
/// context with the interceptor is rolled back; whatever else has an effect (mail, files, calls to others) is the code's own to leave out.
/// </summary>
public interface IDryRun
{
    /// <summary>True while the current request is a dry run.</summary>
    bool IsDryRun { get; }

    /// <summary>Ends a dry run that cannot go on without an effect. The proxy counts it as <c>Unsupported</c> and shows the reason. Does nothing in a request that is none.</summary>
    /// <param name="reason">What cannot be taken back, in a few words.</param>
    /// <exception cref="DryRunRefusedException">The request is a dry run.</exception>
    void Refuse(string reason);
}
