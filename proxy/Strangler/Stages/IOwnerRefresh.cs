namespace Strangler.Stages;

/// <summary>Brings the view of one module up to date, for a request that has just learned that it was out of date.</summary>
public interface IOwnerRefresh
{
    /// <summary>
    /// Reads the store again and publishes what it says; when the store does not know better, asks both sides who is owner.
    /// Concurrent calls for one module share one look.
    /// </summary>
    /// <param name="module">The module's name.</param>
    /// <param name="cancellation">Stops the waiting, not the look that others share.</param>
    Task RefreshAsync(string module, CancellationToken cancellation);
}
