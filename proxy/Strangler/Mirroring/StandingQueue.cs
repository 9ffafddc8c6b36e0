using System.Threading.Channels;

namespace Strangler.Mirroring;

/// <summary>
/// Work for which no client waits, bounded in number and in time. What does not fit is shed; and so is everything for a while when the queue stands: when for
/// <see cref="Interval"/> nothing was taken off that had not waited longer than <see cref="Target"/>, the machines have no time to spare, and what is asked for
/// besides would be taken from the clients. Each time it happens again the pause is longer, up to <see cref="LongestPause"/>. The rule for telling a queue that
/// stands from one that absorbs a burst is CoDel's (RFC 8289).
/// </summary>
internal sealed class StandingQueue<T>(int capacity, TimeProvider time)
{
    public static readonly TimeSpan Target = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(16);
    private readonly Channel<(T Work, long Since)> _waiting = Channel.CreateBounded<(T, long)>(new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.Wait });
    private readonly Lock _lock = new();
    private TimeSpan _pause = FirstPause;
    private long? _lateSince;
    private long _resumes;

    /// <summary>True when nothing is taken in at the moment.</summary>
    public bool Sheds => _waiting.Reader.Count >= capacity || time.GetTimestamp() < Volatile.Read(ref _resumes);

    public bool TryAdd(T work) => _waiting.Writer.TryWrite((work, time.GetTimestamp()));

    public async IAsyncEnumerable<T> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var (work, since) in _waiting.Reader.ReadAllAsync(cancellation))
        {
            Waited(since, time.GetTimestamp());
            yield return work;
        }
    }

    private void Waited(long since, long now)
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(since, now) < Target)
            {
                _lateSince = null;
                // As long in order as it was shut: what made it stand is over.
                if (_pause > FirstPause && now > _resumes && time.GetElapsedTime(_resumes, now) > _pause) _pause = FirstPause;
                return;
            }

            // What waited while nothing was taken in says nothing about now.
            if (now < _resumes || since < _resumes) return;
            _lateSince ??= now;
            if (time.GetElapsedTime(_lateSince.Value, now) < Interval) return;
            _lateSince = null;
            Volatile.Write(ref _resumes, now + (long)(_pause.TotalSeconds * time.TimestampFrequency));
            _pause = _pause * 2 > LongestPause ? LongestPause : _pause * 2;
        }
    }
}
