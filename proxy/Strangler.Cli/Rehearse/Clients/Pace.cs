namespace Strangler.Cli.Rehearse.Clients;

/// <summary>Keeps a rate. What could not be done in time is left out, so that no burst follows a pause.</summary>
internal sealed class Pace(double perSecond)
{
    private readonly long _interval = Math.Max(1, (long)(TimeProvider.System.TimestampFrequency / perSecond));
    // Nobody starts at the same moment as all others.
    private long _due = TimeProvider.System.GetTimestamp() + (long)(Random.Shared.NextDouble() * TimeProvider.System.TimestampFrequency / perSecond);

    public async Task NextAsync(CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetTimestamp();
        if (_due > now) await Task.Delay(TimeProvider.System.GetElapsedTime(now, _due), TimeProvider.System, cancellationToken);
        _due = Math.Max(_due + _interval, now);
    }
}
