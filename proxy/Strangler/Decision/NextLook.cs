using Strangler.Stages;

namespace Strangler.Decision;

/// <summary>
/// Shares one question to the owner among the reads that come at the same time. A read is answered by a look that began after it came: an earlier one
/// would not know of a write that was acknowledged in between.
/// </summary>
internal sealed class NextLook(Func<Task<CopyProgress?>> look)
{
    private readonly Lock _lock = new();
    private Task<CopyProgress?>? _running;
    private Task<CopyProgress?>? _next;

    public Task<CopyProgress?> AskAsync()
    {
        lock (_lock)
        {
            if (_running is null || _running.IsCompleted) return _running = look();
            return _next ??= AfterAsync(_running);
        }
    }

    private async Task<CopyProgress?> AfterAsync(Task<CopyProgress?> before)
    {
        await ((Task)before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<CopyProgress?> mine;
        lock (_lock)
        {
            // From here on whoever comes waits for the look after this one.
            _next = null;
            _running = mine = look();
        }

        return await mine.ConfigureAwait(false);
    }
}
