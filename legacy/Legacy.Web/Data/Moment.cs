namespace Legacy.Web.Data;

/// <summary>A time as every database keeps it: to the millisecond. A finer one would read differently after it was stored.</summary>
public static class Moment
{
    public static DateTime Now(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        var now = time.GetUtcNow().UtcDateTime;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
