namespace Strangler.Stages.Switching;

/// <summary>The forwarded writes of a module that have not been answered yet.</summary>
internal interface IWriteDrain
{
    /// <summary>Waits until none is under way.</summary>
    /// <returns>False when <paramref name="limit"/> has passed.</returns>
    Task<bool> DrainedAsync(string module, TimeSpan limit, CancellationToken cancellation);
}
