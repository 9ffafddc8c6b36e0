using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sync;

/// <summary>
/// Takes one safeguard away, so that a test of faults can show that it would see the damage: section <c>Sync:Break</c>. For tests only. The host does not start
/// with any of these unless <see cref="Allowed"/> is set too.
/// </summary>
public sealed class SyncBreak
{
    /// <summary>Says that this is a test. Defaults to false.</summary>
    public bool Allowed { get; set; }

    /// <summary>Writes are made whoever owns the module.</summary>
    public bool Fence { get; set; }

    /// <summary>Messages are applied whatever their epoch and version, and a side opens at any epoch.</summary>
    public bool Epoch { get; set; }

    /// <summary>Changes count as delivered when they are sent.</summary>
    public bool Acknowledgement { get; set; }

    /// <summary>How far this process's clock is ahead, or behind when negative. Defaults to none.</summary>
    public TimeSpan ClockOffset { get; set; }

    internal const string Refusal =
        "Sync:Break takes safeguards away and is for tests only: remove Sync:Break:Fence, Epoch, Acknowledgement and ClockOffset, or set Sync:Break:Allowed to true where losing data is the point.";

    internal bool IsUsed => Fence || Epoch || Acknowledgement || ClockOffset != TimeSpan.Zero;

    internal TimeProvider Clock => ClockOffset == TimeSpan.Zero ? TimeProvider.System : new ShiftedClock(ClockOffset);

    private sealed class ShiftedClock(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + offset;
    }
}

/// <summary>Nobody shall overlook that a process runs without a safeguard.</summary>
internal sealed partial class SyncBreakWarning(IOptions<SyncOptions> options, ILogger<SyncBreakWarning> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var used = options.Value.Break;
        if (used.IsUsed) LogBroken(logger, used.Fence, used.Epoch, used.Acknowledgement, used.ClockOffset);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(3901, LogLevel.Critical, "THIS PROCESS LOSES DATA ON PURPOSE. Sync:Break is set: fence {Fence}, epoch {Epoch}, acknowledgement {Acknowledgement}, clock offset {ClockOffset}.")]
    private static partial void LogBroken(ILogger logger, bool fence, bool epoch, bool acknowledgement, TimeSpan clockOffset);
}
