using System.Data.Common;
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
    private readonly TimeSpan _duration;
    private readonly TimeProvider _time;
    private readonly Task _renewing;
    private long _granted;

    private ModuleLease(IStageStore store, string name, string holder, long token, TimeSpan duration, TimeProvider time, long granted)
    {
        (_store, _name, _holder, Token, _duration, _time, _granted) = (store, name, holder, token, duration, time, granted);
        _renewing = RenewAsync();
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
        var asked = time.GetTimestamp();
        var token = await store.TakeLeaseAsync(name, holder, duration, cancellation).ConfigureAwait(false);
        return token is null ? null : new ModuleLease(store, name, holder, token.Value, duration, time, asked);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        if (!_lost.IsCancellationRequested) await ReleaseAsync().ConfigureAwait(false);
        _ended.Dispose();
        _lost.Dispose();
    }

    /// <summary>To be called before something that no epoch guards: a process that was paused must not act on a lease that has run out meanwhile.</summary>
    /// <exception cref="OperationCanceledException">Another may hold it by now.</exception>
    public void ThrowIfLost()
    {
        _lost.Token.ThrowIfCancellationRequested();
        if (RanOut) throw new OperationCanceledException($"The lease '{_name}' has run out.");
    }

    // By the clock of this process, from before the store was asked: it never believes in the lease for longer than the store does.
    private bool RanOut => _time.GetElapsedTime(Volatile.Read(ref _granted)) >= _duration;

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(_duration / 3, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token).ConfigureAwait(false))
            {
                if (await RenewedAsync().ConfigureAwait(false)) continue;
                await _lost.CancelAsync().ConfigureAwait(false);
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The holder is done.
        }
    }

    private async Task<bool> RenewedAsync()
    {
        var asked = _time.GetTimestamp();
        // A store that does not answer must not keep the holder from hearing that its lease has run out.
        using var limit = new CancellationTokenSource(_duration / 3, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ended.Token);
        try
        {
            if (await _store.TakeLeaseAsync(_name, _holder, _duration, either.Token).ConfigureAwait(false) != Token) return false;
            Volatile.Write(ref _granted, asked);
            return true;
        }
        catch (Exception) when (!_ended.IsCancellationRequested)
        {
            // The store may be busy for a moment; what it has granted holds until it runs out.
            return !RanOut;
        }
    }

    private async Task ReleaseAsync()
    {
        using var limit = new CancellationTokenSource(_duration, _time);
        try
        {
            await _store.ReleaseLeaseAsync(_name, _holder, limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is DbException or OperationCanceledException)
        {
            // What was done under the lease is done, and a lease that cannot be given back runs out.
        }
    }
}
