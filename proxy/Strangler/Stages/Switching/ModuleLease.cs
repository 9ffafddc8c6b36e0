using Strangler.Stages.Store;

namespace Strangler.Stages.Switching;

/// <summary>The right to change one module, renewed while it is held. Whoever loses it is told by <see cref="Lost"/> and stops.</summary>
internal sealed class ModuleLease : IAsyncDisposable
{
    private readonly IStageStore _store;
    private readonly string _name;
    private readonly string _holder;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _renewing;

    private ModuleLease(IStageStore store, string name, string holder, long token, TimeSpan duration, TimeProvider time)
    {
        (_store, _name, _holder, Token) = (store, name, holder, token);
        _renewing = RenewAsync(duration, time);
    }

    /// <summary>Grows with every change of holder; journal entries are written under it.</summary>
    public long Token { get; }

    /// <summary>Cancelled when another holder has taken the lease.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Takes the lease of a module, or returns null when another holds it.</summary>
    public static async Task<ModuleLease?> TakeAsync(IStageStore store, string module, TimeSpan duration, TimeProvider time, CancellationToken cancellation)
    {
        var name = $"module:{module}";
        var holder = LeaseHolder.New();
        var token = await store.TakeLeaseAsync(name, holder, duration, cancellation).ConfigureAwait(false);
        return token is null ? null : new ModuleLease(store, name, holder, token.Value, duration, time);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        if (!_lost.IsCancellationRequested) await _store.ReleaseLeaseAsync(_name, _holder, CancellationToken.None).ConfigureAwait(false);
        _ended.Dispose();
        _lost.Dispose();
    }

    private async Task RenewAsync(TimeSpan duration, TimeProvider time)
    {
        using var timer = new PeriodicTimer(duration / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token).ConfigureAwait(false))
            {
                if (await _store.TakeLeaseAsync(_name, _holder, duration, _ended.Token).ConfigureAwait(false) == Token) continue;
                await _lost.CancelAsync().ConfigureAwait(false);
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The holder is done.
        }
    }
}
