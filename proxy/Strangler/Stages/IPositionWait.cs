namespace Strangler.Stages;

/// <summary>Waits until the side that does not own a module has caught up with a write.</summary>
public interface IPositionWait
{
    /// <summary>Asks the owner whether everything up to <paramref name="position"/> has been acknowledged by the other side.</summary>
    /// <param name="module">The module's name.</param>
    /// <param name="epoch">The epoch in which the position was given. One earlier than the module's current is reached once the copy holds everything that the owner has; one that this proxy has not heard of is not.</param>
    /// <param name="position">The position of the write.</param>
    /// <param name="budget">How long to wait at most.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <returns>True when it has been reached; false when the budget has passed or the owner did not answer.</returns>
    Task<bool> ReachedAsync(string module, long epoch, long position, TimeSpan budget, CancellationToken cancellation);

    /// <summary>Waits until the copy holds everything that the owner had committed when this was called.</summary>
    /// <param name="module">The module's name.</param>
    /// <param name="budget">How long to wait at most.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <returns>The owner's position and whether the copy has reached it; null when the owner did not answer.</returns>
    Task<CopyProgress?> CaughtUpAsync(string module, TimeSpan budget, CancellationToken cancellation);
}

/// <summary>How far the copy of a module's data is.</summary>
/// <param name="Position">The owner's last position at the time of asking.</param>
/// <param name="Reached">True when the copy holds everything up to it.</param>
public sealed record CopyProgress(long Position, bool Reached);
