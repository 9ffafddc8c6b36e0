namespace Strangler.Tests.Stages.Model;

/// <summary>A clock that runs twenty times as fast, so that what waits out its limits does not keep the test waiting.</summary>
internal sealed class FastClock : TimeProvider
{
    private const int Factor = 20;
    private readonly DateTimeOffset _started = System.GetUtcNow();
    private readonly long _origin = System.GetTimestamp();

    public override long GetTimestamp() => _origin + ((System.GetTimestamp() - _origin) * Factor);

    public override DateTimeOffset GetUtcNow() => _started + GetElapsedTime(_origin, GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, Sooner(dueTime), Sooner(period));

    // A period of less than a millisecond would be none.
    private static TimeSpan Sooner(TimeSpan span) => span <= TimeSpan.Zero ? span : TimeSpan.FromMilliseconds(Math.Max(1, span.TotalMilliseconds / Factor));
}
