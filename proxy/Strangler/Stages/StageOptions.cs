using System.ComponentModel.DataAnnotations;

namespace Strangler.Stages;

/// <summary>Limits of the state machine; section <c>Strangler:Stages</c>.</summary>
public sealed class StageOptions
{
    /// <summary>How long a switch may wait for the other side to catch up, with writes held, before it is aborted.</summary>
    /// <value>10 seconds</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan DrainLimit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the old owner may take to refuse writes, with writes held, before a switch is aborted.</summary>
    /// <value>5 seconds</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan FenceLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a new owner that cannot be connected to is tried before the old one is opened again.</summary>
    /// <value>2 seconds</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan OpenLimit { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long to wait, before writes are held, for few changes to be under way.</summary>
    /// <value>10 seconds</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan PreflightLimit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How old the oldest change under way may be when a switch begins. Writes wait about as long for it, so a bus that is slower than this by nature needs more, and has longer pauses.</summary>
    /// <value>250 milliseconds</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan PreflightLag { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a call of the admin API waits for a switch that has to go forward; the background goes on after that.</summary>
    /// <value>30 seconds</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan AnswerLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a coordinator that does not renew it keeps the lease of a module.</summary>
    /// <value>5 seconds</value>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the store is read for what other proxies have changed.</summary>
    /// <value>250 milliseconds</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often both sides are asked for their health and lag.</summary>
    /// <value>2 seconds</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromSeconds(2);
}
