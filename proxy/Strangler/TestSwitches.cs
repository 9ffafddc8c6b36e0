using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Strangler;

/// <summary>Switches for tests of faults over real processes: section <c>Strangler:Break</c>. The proxy does not start with any of them unless <see cref="Allowed"/> is set too.</summary>
internal sealed class TestSwitches
{
    public const string Section = "Strangler:Break";

    public const string Refusal =
        "Strangler:Break is for tests only: remove Strangler:Break:ClockOffset and Points, or set Strangler:Break:Allowed to true where faults are the point.";

    /// <summary>Says that this is a test.</summary>
    public bool Allowed { get; set; }

    /// <summary>How far this process's clock is ahead, or behind when negative.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>A directory. Where it holds a file <c>POINT.stop</c>, a coordinator that comes to that line writes <c>POINT.reached</c> and stays there until the first file is gone.</summary>
    public string? Points { get; set; }

    public bool IsUsed => ClockOffset != TimeSpan.Zero || Points is not null;

    public TimeProvider Clock => ClockOffset == TimeSpan.Zero ? TimeProvider.System : new ShiftedClock(ClockOffset);

    private sealed class ShiftedClock(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + offset;
    }
}

/// <summary>Nobody shall overlook that a proxy runs under a test's thumb.</summary>
internal sealed partial class TestSwitchesWarning(IOptions<TestSwitches> switches, ILogger<TestSwitchesWarning> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (switches.Value.IsUsed) Switched(switches.Value.ClockOffset, switches.Value.Points);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(2990, LogLevel.Critical, "THIS PROXY IS BROKEN ON PURPOSE. Strangler:Break is set: clock offset {ClockOffset}, points {Points}.")]
    private partial void Switched(TimeSpan clockOffset, string? points);
}
