namespace Strangler.Stages;

/// <summary>What the copy has applied since a moment that it has named.</summary>
/// <param name="Known">False when the process that answers no longer knows, or is another.</param>
/// <param name="Any">True when anything was applied.</param>
/// <param name="Earlier">True when something older than the write was.</param>
/// <param name="Holds">True when the write itself was.</param>
/// <param name="IdleMs">For how many milliseconds nothing has been applied; 0 from a copy that does not say.</param>
internal sealed record AppliedSince(bool Known, bool Any, bool Earlier, bool Holds, long IdleMs = 0);

/// <summary>Asks the copy of a module's data what it has applied since a dry run began.</summary>
internal interface IAppliedLook
{
    /// <summary>Asks whether the changes from <paramref name="first"/> to <paramref name="last"/>, and anything before them, were applied later than the mark.</summary>
    /// <returns>Null when the copy does not say.</returns>
    Task<AppliedSince?> SinceAsync(string module, string process, long count, long epoch, long first, long last, CancellationToken cancellation);
}
