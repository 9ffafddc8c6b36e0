namespace Strangler.Stages;

/// <summary>Stands in where no state machine runs: nothing is refreshed, and no copy is ever said to be current, so that the owner answers.</summary>
internal sealed class Unattended : IOwnerRefresh, IPositionWait, IAppliedLook
{
    public Task RefreshAsync(string module, CancellationToken cancellation) => Task.CompletedTask;

    public Task<bool> ReachedAsync(string module, long epoch, long position, TimeSpan budget, CancellationToken cancellation) => Task.FromResult(false);

    public Task<CopyProgress?> CaughtUpAsync(string module, TimeSpan budget, CancellationToken cancellation) => Task.FromResult<CopyProgress?>(null);

    public Task<AppliedSince?> SinceAsync(string module, string process, long count, long epoch, long first, long last, CancellationToken cancellation) => Task.FromResult<AppliedSince?>(null);
}
